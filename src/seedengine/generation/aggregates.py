"""Aggregates over the rows that stand under a row, or that refer to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.children import children_of
from seedengine.generation.columns import nest, repeat, scatter, take
from seedengine.generation.context import Context
from seedengine.generation.expressions import EvaluationFault, evaluate, type_name
from seedengine.spec.expressions import ExpressionFault, Path, parse
from seedengine.spec.generators import Aggregate, Value
from seedengine.spec.readings import Reader, children
from seedengine.spec.references import find_reference

Integers = NDArray[np.int64]

_PARSED = lru_cache(parse)
"""Arithmetic of aggregates is that of expressions, so that it has one meaning."""


def make_aggregate(value: Aggregate, context: Context) -> pl.Series:
    """The aggregate for each row, rounded; what `empty` says where there is nothing to aggregate."""
    function = value.summary.function
    elements, owners = _elements(value, context)
    try:
        result = _FUNCTIONS[function](elements, owners, len(context))
        if value.round is not None:
            result = evaluate(_PARSED(f"round(x::numeric, {value.round})"), {("x",): result}, len(context))
    except ExpressionFault as error:
        raise context.fault(f"`{function}`: {error.message}", "aggregate", help=error.help) from None
    except EvaluationFault as error:
        raise context.fault(f"`{function}`: {error.message}", "aggregate", position=error.row) from None
    return result if value.empty is None else _filled(context, result, value.empty)


def _filled(context: Context, result: pl.Series, empty: Value) -> pl.Series:
    missing = np.flatnonzero(result.is_null().to_numpy() | _is_empty_list(result)).astype(np.int64)
    filling = context.some(missing).value(empty, "empty")
    if isinstance(result.dtype, pl.Decimal) and filling.dtype.is_integer():
        filling = filling.cast(result.dtype)
    kept = np.setdiff1d(np.arange(len(context), dtype=np.int64), missing)
    return context.together([(kept, take(result, kept)), (missing, filling)])


def _is_empty_list(column: pl.Series) -> NDArray[np.bool_]:
    if not isinstance(column.dtype, pl.List):
        return np.zeros(len(column), dtype=np.bool_)
    return column.list.len().eq(0).fill_null(True).to_numpy().astype(np.bool_)


def _elements(value: Aggregate, context: Context) -> tuple[pl.Series, Integers]:
    """What is aggregated, and the position of the row that each element belongs to, in the order of aggregation."""
    child = children(value, context.world.scope)
    assert child is not None, "the checks have seen to it that an aggregate names its child"
    parts = [_of_entity(value, context, entity, child) for entity in child.entities]
    owners = np.concatenate([part[1] for part in parts])
    positions, start = [], 0
    for column, _, _ in parts:
        positions.append((np.arange(start, start + len(column), dtype=np.int64), column))
        start += len(column)
    elements = context.together(positions, start)
    keys = [pl.Series("owner", owners)]
    for number in range(len(value.order_by)):
        both = [(where, part[2][number]) for (where, _), part in zip(positions, parts, strict=True)]
        keys.append(scatter(both, start).alias(f"key{number}"))
    descending = [False, *(order.descending for order in value.order_by)]
    frame = pl.DataFrame(keys)
    ordered = frame.with_row_index("at").sort(
        [key.name for key in keys],
        descending=descending,
        nulls_last=[not each for each in descending],
        maintain_order=True,
    )
    at = ordered["at"].to_numpy().astype(np.int64)
    elements, owners = take(elements, at), owners[at]
    if value.distinct:
        frame = pl.DataFrame([pl.Series("owner", owners), elements.alias("element")])
        first = frame.select(pl.struct("owner", "element").is_first_distinct()).to_series().to_numpy()
        kept = np.flatnonzero(first).astype(np.int64)
        elements, owners = take(elements, kept), owners[kept]
    return elements, owners


def _of_entity(
    value: Aggregate, context: Context, child: str, reader: Reader
) -> tuple[pl.Series, Integers, list[pl.Series]]:
    """The elements, owners and sort keys of the rows of one child entity."""
    world = context.world
    parent = context.rows.entity
    if value.via is not None:
        reference = find_reference(world.scope, child, value.via)
        assert reference is not None
        assert reference.hops is not None
        hops = reference.hops
    else:
        hops = world.scope.ancestors(child)[parent][0]
    index = context.rows.index if context.taken is None else context.rows.index[context.taken]
    places, owners = children_of(world, parent, child, hops, index)
    rows = world.rows((child,), places)
    inner = Context.of(
        rows,
        str(context.path[0]),
        context.entity,
        Reader((child,), child if child in reader.entities else None),
    )
    inner = inner.step(*context.path[1:])
    if value.where is not None:
        kept = np.flatnonzero(inner.holds(value.where, "where")).astype(np.int64)
        inner, owners = inner.some(kept), owners[kept]
    keys = [inner.evaluate(order.expression, "order_by") for order in value.order_by]
    argument = value.summary.argument
    if argument.path in ((child,), *((name,) for name in reader.entities)) and value.summary.function == "count":
        return repeat(True, len(inner), pl.Boolean()), owners, keys
    return inner.evaluate(argument, "aggregate", value.summary.function), owners, keys


def _count(elements: pl.Series, owners: Integers, size: int) -> pl.Series:
    present = owners[elements.is_not_null().to_numpy()]
    return pl.Series(np.bincount(present, minlength=size).astype(np.int64)[:size])


def _sum(elements: pl.Series, owners: Integers, size: int) -> pl.Series:
    """As PostgreSQL: int4 gives int8, int8 gives numeric; floats are added in the order of the rows."""
    if elements.dtype == pl.Float64:
        present = elements.is_not_null().to_numpy()
        weights = elements.fill_null(0).to_numpy()[present]
        sums = pl.Series(np.bincount(owners[present], weights=weights, minlength=size).astype(np.float64)[:size])
        counts = _count(elements, owners, size)
        return pl.select(pl.when(counts > 0).then(sums)).to_series()
    if elements.dtype == pl.Int64:
        elements = elements.cast(pl.Decimal(38, 0))
    elif elements.dtype in (pl.Int32, pl.Null):
        elements = elements.cast(pl.Int64)
    elif not isinstance(elements.dtype, pl.Decimal):
        raise ExpressionFault(f"there is no sum of {type_name(elements.dtype)}", 0, "sum numbers")
    return _grouped(elements, owners, size, pl.col("element").sum())


def _avg(elements: pl.Series, owners: Integers, size: int) -> pl.Series:
    cast = "" if elements.dtype == pl.Float64 else "::numeric"
    columns: dict[Path, pl.Series] = {("s",): _sum(elements, owners, size), ("n",): _count(elements, owners, size)}
    return evaluate(_PARSED(f"s{cast} / nullif(n, 0)"), columns, size)


def _least(elements: pl.Series, owners: Integers, size: int) -> pl.Series:
    return _grouped(elements, owners, size, pl.col("element").min())


def _greatest(elements: pl.Series, owners: Integers, size: int) -> pl.Series:
    return _grouped(elements, owners, size, pl.col("element").max())


def _first(elements: pl.Series, owners: Integers, size: int) -> pl.Series:
    frame = pl.DataFrame({"owner": owners, "at": np.arange(len(owners), dtype=np.int64)})
    firsts = frame.unique("owner", keep="first", maintain_order=True)
    source = np.full(size, -1, dtype=np.int64)
    source[firsts["owner"].to_numpy()] = firsts["at"].to_numpy()
    return take(elements, source)


def _grouped(elements: pl.Series, owners: Integers, size: int, aggregate: pl.Expr) -> pl.Series:
    """An exact aggregate of what is not NULL, and NULL for rows without any."""
    if isinstance(elements.dtype, pl.List | pl.Struct):
        raise ExpressionFault(f"{type_name(elements.dtype)} has no order", 0, "take a member of it")
    frame = pl.DataFrame([pl.Series("owner", owners), elements.alias("element")]).drop_nulls()
    found = frame.group_by("owner", maintain_order=True).agg(aggregate.cast(elements.dtype))
    return scatter([(found["owner"].to_numpy().astype(np.int64), found["element"])], size)


_FUNCTIONS: dict[str, Callable[[pl.Series, Integers, int], pl.Series]] = {
    "count": _count,
    "sum": _sum,
    "avg": _avg,
    "min": _least,
    "max": _greatest,
    "list": nest,
    "first": _first,
}
