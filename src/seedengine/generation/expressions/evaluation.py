"""Expressions over the columns of a batch, with PostgreSQL's meaning."""

from collections.abc import Mapping

import polars as pl

from seedengine.generation.expressions import decimals, printing
from seedengine.generation.expressions.casts import as_text, coerce
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.compute import spread
from seedengine.generation.expressions.faults import EvaluationFault, RowFault
from seedengine.generation.expressions.lists import elements, regrouped, rows_of
from seedengine.generation.expressions.nodes import evaluate_node
from seedengine.generation.expressions.types import TEXT, UNKNOWN, Type, result_dtype, result_scale, storage, type_of
from seedengine.spec.expressions import Expression, Path


def evaluate(expression: Expression, columns: Mapping[Path, pl.Series], size: int) -> pl.Series:
    """The values of an expression in `size` rows, given a series of that length for each of its paths.

    Its dtype follows from the dtypes of the columns alone, so that a size of 0 tells it. A numeric is Decimal(38, s)
    with as many digits behind the point as its operands say, 20 where these cannot tell, as of a quotient; a NULL that
    nothing gives a type is Null. Raises ExpressionFault for types that do not fit, at any size, and EvaluationFault for
    a row without a value.
    """
    if expression.path is not None:
        return columns[expression.path]
    rows, column = _evaluate(expression, columns, size)
    if column.type == UNKNOWN:
        if not column.literal:
            return pl.Series([None], dtype=pl.Null).new_from_index(0, size)
        column = coerce(rows, column, TEXT)
    if size == 0:
        return pl.Series([], dtype=result_dtype(column.type))
    try:
        return spread(_result(column.type, column.series), size)
    except RowFault as fault:
        row = None if column.constant else fault.position
        if row is not None and column.type.element is not None:
            row = int(rows_of(column.series)[row])
        raise EvaluationFault(fault.message, row, column.offset, fault.help) from None


def evaluate_text(expression: Expression, columns: Mapping[Path, pl.Series], size: int) -> pl.Series:
    """The same as text, as a cast to text writes it: a numeric with the digits that each value has in PostgreSQL."""
    rows, column = _evaluate(expression, columns, size)
    return rows.spread(as_text(rows, column))


def to_text(series: pl.Series) -> pl.Series:
    """A column's values as PostgreSQL's cast to text writes them, NULL as NULL."""
    if isinstance(series.dtype, pl.Null):
        return series.cast(pl.String)
    return printing.to_text(*_stored(series))


def _evaluate(expression: Expression, columns: Mapping[Path, pl.Series], size: int) -> tuple[Rows, Column]:
    inputs = {path: _column(columns[path]) for path in expression.paths}
    rows = Rows(inputs, expression.paths, size)
    return rows, evaluate_node(rows, expression.tree)


def _column(series: pl.Series) -> Column:
    if isinstance(series.dtype, pl.Null):
        return Column(UNKNOWN, pl.Series([None], dtype=pl.String), 0, constant=True)
    type, stored = _stored(series)
    return Column(type, stored, 0)


def _stored(series: pl.Series) -> tuple[Type, pl.Series]:
    type = type_of(series.dtype)
    return type, _to_storage(type, series)


def _to_storage(type: Type, series: pl.Series) -> pl.Series:
    if isinstance(series.dtype, pl.Decimal):
        return decimals.from_decimal_series(series)
    if type.element is not None and storage(type) != series.dtype:
        return regrouped(_to_storage(type.element, elements(series)), series)
    return series


def _result(type: Type, series: pl.Series) -> pl.Series:
    if type.name == "numeric":
        return decimals.to_decimal_series(series, result_scale(type))
    if type.element is not None and result_dtype(type) != series.dtype:
        return regrouped(_result(type.element, elements(series)), series)
    return series
