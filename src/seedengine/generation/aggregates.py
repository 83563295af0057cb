"""Aggregates over the rows that stand under a row, or that refer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bounds import bytes_of, check_bytes, check_elements, check_type
from seedengine.generation.children import Children, children_of, in_parts, pieces
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
    try:
        elements = _elements(value, context)
        if function == "list":
            check_elements(context, None, np.bincount(elements.owners, minlength=len(context)), "aggregate")
            check_bytes(context, bytes_of(elements.column), "aggregate")
            check_type(context, [elements.column.dtype], "aggregate")
        result = _FUNCTIONS[function](elements, len(context))
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


@dataclass(frozen=True)
class _Elements:
    """What is aggregated; for each element the position of its row, its sort keys, how many values it stands for."""

    column: pl.Series
    owners: Integers
    keys: tuple[pl.Series, ...]
    amounts: Integers

    def at(self, positions: Integers) -> _Elements:
        """Those at these positions."""
        keys = tuple(take(key, positions) for key in self.keys)
        return _Elements(take(self.column, positions), self.owners[positions], keys, self.amounts[positions])


def _elements(value: Aggregate, context: Context) -> _Elements:
    """What is aggregated, in the order of aggregation; of many children what is left of each part of them."""
    child = children(value, context.world.scope)
    assert child is not None, "the checks have seen to it that an aggregate names its child"
    index = context.rows.index if context.taken is None else context.rows.index[context.taken]
    sources = {entity: _children(value, context, entity) for entity in child.entities}
    counts = sum((source.span(index)[1] for source in sources.values()), np.zeros_like(index))
    dtype = _common_type(value, context, child) if len(sources) > 1 else None
    found: list[_Elements] = []
    runs = list(pieces(counts)) or [slice(0, 0)]
    for run in runs:
        parts: list[_Elements] = []
        for entity, source in sources.items():
            for number, (places, owners) in enumerate(in_parts(source, index[run])):
                part = _of_rows(value, context, child, entity, places, owners + run.start)
                parts.append(part if dtype is None else replace(part, column=part.column.cast(dtype)))
                if number and _shrinks(value):
                    parts = [_reduced(value, context, parts)]
        found += [_reduced(value, context, parts)] if len(runs) > 1 and _shrinks(value) else parts
    return _arranged(value, context, found)


def _common_type(value: Aggregate, context: Context, child: Reader) -> pl.DataType:
    """The type that holds the elements of all entities of a union."""
    none = np.zeros(0, dtype=np.int64)
    parts = [_of_rows(value, context, child, entity, none, none) for entity in child.entities]
    return _joined(context, parts).column.dtype


def _children(value: Aggregate, context: Context, child: str) -> Children:
    """The rows of a child entity that belong to each row."""
    world, parent = context.world, context.rows.entity
    if value.via is None:
        return children_of(world, parent, child, world.scope.ancestors(child)[parent][0])
    reference = find_reference(world.scope, child, value.via)
    assert reference is not None
    assert reference.hops is not None
    return children_of(world, parent, child, reference.hops)


def _of_rows(
    value: Aggregate, context: Context, reader: Reader, child: str, places: Integers, owners: Integers
) -> _Elements:
    """The elements of some rows of a child entity."""
    rows = context.world.rows((child,), places)
    own = Reader((child,), child if child in reader.entities else None)
    inner = Context.of(rows, str(context.path[0]), context.entity, own).step(*context.path[1:])
    if value.where is not None:
        kept = np.flatnonzero(inner.holds(value.where, "where")).astype(np.int64)
        inner, owners = inner.some(kept), owners[kept]
    keys = tuple(inner.evaluate(order.expression, "order_by") for order in value.order_by)
    argument, function = value.summary.argument, value.summary.function
    if function == "count" and argument.path in ((child,), *((name,) for name in reader.entities)):
        column = repeat(True, len(inner), pl.Boolean())
    else:
        column = inner.evaluate(argument, "aggregate", function)
    if function in ("sum", "avg"):
        column = _widened(column)
    return _Elements(column, owners, keys, column.is_not_null().to_numpy().astype(np.int64))


def _arranged(value: Aggregate, context: Context, parts: list[_Elements]) -> _Elements:
    """All elements in the order of aggregation, each once for a row where only distinct ones count."""
    found = _joined(context, parts)
    if value.order_by or (found.owners[1:] < found.owners[:-1]).any():
        names = [f"key{number}" for number in range(len(found.keys))]
        named = [key.alias(name) for key, name in zip(found.keys, names, strict=True)]
        descending = [False, *(order.descending for order in value.order_by)]
        ordered = (
            pl.DataFrame([pl.Series("owner", found.owners), *named])
            .with_row_index("at")
            .sort(
                "owner",
                *names,
                descending=descending,
                nulls_last=[not each for each in descending],
                maintain_order=True,
            )
        )
        found = found.at(ordered["at"].to_numpy().astype(np.int64))
    if value.distinct:
        frame = pl.DataFrame([pl.Series("owner", found.owners), found.column.alias("element")])
        first = frame.select(pl.struct("owner", "element").is_first_distinct()).to_series().to_numpy()
        found = found.at(np.flatnonzero(first).astype(np.int64))
    return found


def _joined(context: Context, parts: list[_Elements]) -> _Elements:
    if len(parts) == 1:
        return parts[0]
    owners = np.concatenate([part.owners for part in parts])
    ends = np.cumsum([len(part.owners) for part in parts])
    places = [np.arange(end - len(part.owners), end, dtype=np.int64) for end, part in zip(ends, parts, strict=True)]
    column = context.together([(at, part.column) for at, part in zip(places, parts, strict=True)], len(owners))
    keys = tuple(
        scatter(list(zip(places, same, strict=True)), len(owners))
        for same in zip(*(part.keys for part in parts), strict=True)
    )
    return _Elements(column, owners, keys, np.concatenate([part.amounts for part in parts]))


def _shrinks(value: Aggregate) -> bool:
    """Whether some of the elements can stand for all of them, whatever comes behind."""
    function = value.summary.function
    return value.distinct or function == "first" or (function != "list" and not value.order_by)


def _reduced(value: Aggregate, context: Context, parts: list[_Elements]) -> _Elements:
    """As few elements as give the same in the end, if more come behind these."""
    found, function = _arranged(value, context, parts), value.summary.function
    owners, first = np.unique(found.owners, return_index=True)
    if function == "first":
        return found.at(first.astype(np.int64))
    if value.distinct:
        return found
    size = len(context)
    amounts = _count(found, size).to_numpy()[owners]
    if function == "count":
        return _Elements(take(found.column, first.astype(np.int64)), owners, (), amounts)
    column = _FUNCTIONS["sum" if function == "avg" else function](found, size)
    return _Elements(take(column, owners), owners, (), amounts)


def _count(found: _Elements, size: int) -> pl.Series:
    return pl.Series(np.bincount(found.owners, weights=found.amounts, minlength=size).astype(np.int64)[:size])


def _widened(column: pl.Series) -> pl.Series:
    """Numbers as PostgreSQL sums them: int4 gives int8, int8 gives numeric."""
    if column.dtype == pl.Int64:
        return column.cast(pl.Decimal(38, 0))
    if column.dtype in (pl.Int32, pl.Null):
        return column.cast(pl.Int64)
    if column.dtype != pl.Float64 and not isinstance(column.dtype, pl.Decimal):
        raise ExpressionFault(f"there is no sum of {type_name(column.dtype)}", 0, "sum numbers")
    return column


def _sum(found: _Elements, size: int) -> pl.Series:
    """Exact, or of floats in the order of the rows."""
    if found.column.dtype != pl.Float64:
        return _grouped(found, size, pl.col("element").sum())
    sums = np.bincount(found.owners, weights=found.column.fill_null(0).to_numpy(), minlength=size)
    counts = _count(found, size)
    return pl.select(pl.when(counts > 0).then(pl.Series(sums.astype(np.float64)[:size]))).to_series()


def _avg(found: _Elements, size: int) -> pl.Series:
    cast = "" if found.column.dtype == pl.Float64 else "::numeric"
    columns: dict[Path, pl.Series] = {("s",): _sum(found, size), ("n",): _count(found, size)}
    return evaluate(_PARSED(f"s{cast} / nullif(n, 0)"), columns, size)


def _least(found: _Elements, size: int) -> pl.Series:
    return _grouped(found, size, pl.col("element").min())


def _greatest(found: _Elements, size: int) -> pl.Series:
    return _grouped(found, size, pl.col("element").max())


def _first(found: _Elements, size: int) -> pl.Series:
    owners, first = np.unique(found.owners, return_index=True)
    source = np.full(size, -1, dtype=np.int64)
    source[owners] = first
    return take(found.column, source)


def _list(found: _Elements, size: int) -> pl.Series:
    return nest(found.column, found.owners, size)


def _grouped(found: _Elements, size: int, aggregate: pl.Expr) -> pl.Series:
    """An exact aggregate of what is not NULL, and NULL for rows without any."""
    column = found.column
    if isinstance(column.dtype, pl.List | pl.Struct):
        raise ExpressionFault(f"{type_name(column.dtype)} has no order", 0, "take a member of it")
    frame = pl.DataFrame([pl.Series("owner", found.owners), column.alias("element")]).drop_nulls()
    groups = frame.group_by("owner", maintain_order=True).agg(aggregate.cast(column.dtype))
    return scatter([(groups["owner"].to_numpy().astype(np.int64), groups["element"])], size)


_FUNCTIONS: dict[str, Callable[[_Elements, int], pl.Series]] = {
    "count": _count,
    "sum": _sum,
    "avg": _avg,
    "min": _least,
    "max": _greatest,
    "list": _list,
    "first": _first,
}
