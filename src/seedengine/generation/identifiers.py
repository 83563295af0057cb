"""Identifiers of the row's bits."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation import keys
from seedengine.generation.context import Context
from seedengine.spec.generators import Cuid, Ulid, Uuid

Integers = NDArray[np.int64]


def make_uuid(value: Uuid, context: Context) -> pl.Series:
    """Version 4, or version 7 with the times of `_milliseconds`."""
    if value.version == 4:
        return keys.uuid4(context.key(), context.address)
    return keys.uuid7(context.key(), context.address, _milliseconds(context))


def make_cuid(_: Cuid, context: Context) -> pl.Series:
    """`c` and 24 characters."""
    return keys.cuid(context.key(), context.address)


def make_ulid(_: Ulid, context: Context) -> pl.Series:
    """26 characters, with the times of `_milliseconds`."""
    return keys.ulid(context.key(), context.address, _milliseconds(context))


def _milliseconds(context: Context) -> Integers:
    """One millisecond a row from `as_of` on, so that the order of the ids is that of the rows."""
    start = int(pl.Series([context.world.as_of()]).cast(pl.Datetime("ms")).to_physical()[0])
    return start + context.ordinal
