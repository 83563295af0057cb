"""Values made of values: one of several, several at once, and members of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import below, unit
from seedengine.generation.bounds import bytes_of, check_bytes, check_elements, check_type
from seedengine.generation.columns import members, nest, repeat, take
from seedengine.generation.context import Context
from seedengine.generation.distributions import weighted
from seedengine.generation.expressions import to_text
from seedengine.generation.unique import spread
from seedengine.spec.generators import Array, Choice, Constant, Cycle, ListOf, Match, Object, Pick, Value
from seedengine.spec.values import weigh

Integers = NDArray[np.int64]

_ELEMENTS_AT_ONCE = 20_000
"""So many elements of lists are made before it is seen whether all of them become too large."""


def make_choice(value: Choice, context: Context) -> pl.Series:
    """One of the values for each row, each as likely as its weight."""
    count = len(value.values)
    if unique := context.unique(value):
        distinct = list(dict.fromkeys(_identity(each, number) for number, each in enumerate(value.values)))
        first = np.array([number for _, _, number in distinct], dtype=np.int64)
        return _of(context, value.values, first[spread(context, unique, len(first))], "choice")
    if value.weights is None:
        return _of(context, value.values, below(context.key(), context.address, count), "choice")
    shares = weigh(value.weights)
    whole = lcm(*(share.denominator for share in shares))
    amounts = [int(share * whole) for share in shares]
    return _of(context, value.values, weighted(unit(context.key(), context.address), amounts), "choice")


def _identity(value: Value, number: int) -> tuple[str, object, int]:
    """What makes a constant the same as another; other values are only themselves."""
    if isinstance(value, Constant):
        return type(value.root).__name__, value.root, 0
    return "", number, number


def make_cycle(value: Cycle, context: Context) -> pl.Series:
    """The values in turn."""
    return _of(context, value.values, context.ordinal % len(value.values), "cycle")


def _of(context: Context, values: Sequence[Value], chosen: Integers, name: str) -> pl.Series:
    """The value of that number for each row; every value is asked only for the rows that take it."""
    if not len(context):
        none = chosen[:0]
        return context.together([(none, context.value(each, name, number)) for number, each in enumerate(values)])
    parts = []
    for number, each in enumerate(values):
        positions = np.flatnonzero(chosen == number).astype(np.int64)
        parts.append((positions, context.some(positions).value(each, name, number)))
    return context.together(parts)


def make_match(value: Match, context: Context) -> pl.Series:
    """The value of the case that the subject gives, compared as text; `else`, or NULL, where it gives none."""
    subject = context.evaluate(value.subject, "match")
    text = to_text(subject)
    remaining = np.ones(len(context), dtype=np.bool_)
    parts = []
    for case, each in value.cases.items():
        holds = (text.is_null() if case is None else text.eq(_case(case)).fill_null(False)).to_numpy() & remaining
        remaining &= ~holds
        positions = np.flatnonzero(holds).astype(np.int64)
        parts.append((positions, context.some(positions).value(each, "cases", str(case))))
    if value.otherwise is not None:
        positions = np.flatnonzero(remaining).astype(np.int64)
        parts.append((positions, context.some(positions).value(value.otherwise, "else")))
    return context.together(parts)


def _case(case: object) -> str:
    """A case as PostgreSQL writes it."""
    return str(case).lower() if isinstance(case, bool) else str(case)


def make_pick(value: Pick, context: Context) -> pl.Series:
    """The member of an object whose name `key` gives; NULL where it has no such member."""
    column = context.evaluate(value.path, "pick")
    if not isinstance(column.dtype, pl.Struct):
        raise context.fault("there is no object to pick from", "pick", help="`pick` takes the path of an `object`")
    key = to_text(context.evaluate(value.key, "key"))
    parts = []
    for name in members(column.dtype):
        positions = np.flatnonzero(key.eq(name).fill_null(False).to_numpy()).astype(np.int64)
        parts.append((positions, take(column.struct.field(name), positions)))
    return context.together(parts)


def make_object(value: Object, context: Context) -> pl.Series:
    """A JSON object with these members."""
    members = [context.value(each, "object", name).alias(name) for name, each in value.members.items()]
    check_type(context, [each.dtype for each in members], "object")
    check_bytes(context, sum(map(bytes_of, members)), "object")
    # By name: Polars gives a nameless series of a list a name of its own.
    return pl.DataFrame({each.name: each for each in members}).to_struct("object")


def make_array(value: Array, context: Context) -> pl.Series:
    """A list of these values in each row."""
    size, count, total = len(context), len(value.root), 0
    parts: list[tuple[Integers, pl.Series]] = []
    for number, each in enumerate(value.root):
        positions = np.arange(size, dtype=np.int64) * count + number
        parts.append((positions, context.value(each, number)))
        total += bytes_of(parts[-1][1])
        check_bytes(context, total)
    if not parts:
        return repeat([], size, pl.List(pl.Null))
    elements = context.together(parts, size * count)
    check_type(context, [elements.dtype])
    return nest(elements, np.repeat(np.arange(size, dtype=np.int64), count), size)


def make_list(value: ListOf, context: Context) -> pl.Series:
    """A list of some elements in each row, each with a draw of its own."""
    counts = context.amounts(value.count, "count")
    check_elements(context, context.taken, counts, "count")
    owners = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    elements = np.arange(len(owners), dtype=np.int64) - np.repeat(first, counts)
    inner, total = context.listed(owners, elements), 0
    made: list[tuple[Integers, pl.Series]] = []
    for start in range(0, max(len(owners), 1), _ELEMENTS_AT_ONCE):
        positions = np.arange(start, min(start + _ELEMENTS_AT_ONCE, len(owners)), dtype=np.int64)
        made.append((positions, inner.some(positions).value(value.element, "list")))
        total += bytes_of(made[-1][1])
        check_bytes(context, total, "list")
    check_type(context, [made[0][1].dtype], "list")
    return nest(inner.together(made), owners, len(context))
