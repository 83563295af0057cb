"""Columns of Faker's values by one call per row: exact for every provider, and the slow path."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import bits
from seedengine.generation.faker.arguments import prepared
from seedengine.generation.faker.calls import CallFault, kind_of_call, told
from seedengine.generation.faker.providers import localised
from seedengine.generation.faker.results import INT64, Kind

_DTYPES: dict[type, pl.DataType] = {
    str: pl.String(),
    UUID: pl.String(),
    bool: pl.Boolean(),
    int: pl.Int64(),
    float: pl.Float64(),
    datetime: pl.Datetime("us"),
    date: pl.Date(),
    time: pl.Time(),
}


def result_dtype(method: str, args: Mapping[str, Any], locale: str) -> pl.DataType:
    """The type of the column that this call fills; CallFault where `check_call` finds a problem."""
    return dtype_of(kind_of_call(method, args, locale))


def values(method: str, args: Mapping[str, Any], locale: str, key: int, address: NDArray[np.uint64]) -> pl.Series:
    """Faker's value for each address: the method called with its random numbers seeded by that row's bits.

    A series of `result_dtype`, as long as `address`. CallFault, with the row, where Faker fails on one.
    """
    kind = kind_of_call(method, args, locale)
    faker, arguments = localised(locale), prepared(args)
    call, seed, made = faker.method(method), faker.random.seed, []
    try:
        for word in bits(key, address).tolist():
            seed(word)
            made.append(plain(call(**arguments), kind))
    except Exception as error:
        raise CallFault(f"`{method}` fails: {told(error)}", "change its arguments", len(made)) from error
    return pl.Series(values=made, dtype=dtype_of(kind), strict=True)


def dtype_of(kind: Kind) -> pl.DataType:
    """The type of a column of that kind."""
    if kind.element is not None:
        return pl.List(dtype_of(kind.element))
    return pl.Decimal(38, kind.scale) if kind.type is Decimal else _DTYPES[kind.type]


def plain(value: Any, kind: Kind) -> Any:
    """A value of Faker's as its kind: texts as plain `str`, decimals rounded half away from zero to its scale."""
    if value is None:
        return None
    if kind.element is not None:
        return [plain(each, kind.element) for each in value]
    if kind.type is Decimal:
        return Decimal(value).quantize(Decimal(1).scaleb(-kind.scale), ROUND_HALF_UP)
    if kind.type is int and value not in INT64:
        raise OverflowError(f"{value} is beyond 64 bits")
    return str(value) if kind.type in (str, UUID) else kind.type(value) if kind.type in (int, float) else value
