"""Functions of any number of arguments, and of NULL: concatenation, extremes, `nullif`."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from seedengine.generation.expressions.casts import as_text, coerce
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.comparing import compare, equal
from seedengine.generation.expressions.compute import spread
from seedengine.generation.expressions.text import bounded, checked_bytes
from seedengine.generation.expressions.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    INTEGER,
    TEXT,
    TIMESTAMP,
    UNKNOWN,
    Type,
    common_type,
)
from seedengine.spec.expressions import ExpressionFault

_COMPARED_AS_THEY_ARE = ({INTEGER, BIGINT}, {DATE, TIMESTAMP})


def concat(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """All arguments as text, one after the other, NULL left out."""
    parts = [_shown(rows, column) for column in columns]
    return _joined(rows, parts, pl.concat_str([pl.col(str(i)) for i in range(len(parts))], ignore_nulls=True), offset)


def concat_with(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """All arguments but the first as text with it between them, NULL left out."""
    parts = [coerce(rows, columns[0], TEXT), *(_shown(rows, column) for column in columns[1:])]
    present = pl.concat_list([pl.col(str(i)) for i in range(1, len(parts))]).list.drop_nulls()
    separator = pl.col("0")
    return _joined(rows, parts, pl.when(separator.is_not_null()).then(present.list.join(separator)), offset)


def _shown(rows: Rows, column: Column) -> Column:
    if column.type == BOOLEAN:
        # concat prints a boolean by its output function, `t` and `f`, where a cast spells it out.
        return rows.apply(
            lambda values: values.replace_strict({True: "t", False: "f"}, return_dtype=pl.String),
            TEXT,
            column.offset,
            column,
        )
    return as_text(rows, column)


def _joined(rows: Rows, parts: Sequence[Column], texts: pl.Expr, offset: int) -> Column:
    """The text that the expression makes of the parts, which it names by their numbers."""
    constant = all(part.constant for part in parts)
    size = 1 if constant else rows.size
    frame = pl.DataFrame({str(i): spread(part.series, size) for i, part in enumerate(parts)})
    lengths = pl.sum_horizontal(pl.all().str.len_bytes().cast(pl.Int64)).alias("")
    sizes = Column(BIGINT, frame.select(lengths).to_series(), offset, constant)
    rows.apply(checked_bytes, BIGINT, offset, sizes)
    result = Column(TEXT, frame.select(texts.alias("")).to_series(), offset, constant)
    return rows.apply(bounded, TEXT, offset, result)


def extreme(rows: Rows, columns: Sequence[Column], offset: int, *, greatest: bool) -> Column:
    """The greatest or least argument that is not NULL; NULL where all are."""
    name = "greatest" if greatest else "least"
    type = matched_type(columns, name, offset)
    if type.element is not None or type.dtype is not None:
        raise ExpressionFault(f"`{type.name}` has no order in `{name}`", offset, "take an element or a member of it")
    best, *others = (coerce(rows, column, type) for column in columns)
    for other in others:
        best = _better(rows, best, other, 1 if greatest else -1, type)
    return Column(type, best.series, offset, best.constant)


def _better(rows: Rows, left: Column, right: Column, sign: int, type: Type) -> Column:
    constant = left.constant and right.constant
    size = 1 if constant else rows.size
    a, b = spread(left.series, size), spread(right.series, size)
    take_b = a.is_null().to_numpy().copy()
    both = (a.is_not_null() & b.is_not_null()).to_numpy()
    take_b[both] = compare(type, b.filter(both), a.filter(both)) == sign
    places = np.where(take_b, np.arange(size) + size, np.arange(size)).astype(np.uint32)
    return Column(type, pl.concat([a, b]).gather(places), left.offset, constant)


def null_if(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """The first argument, or NULL where both are equal.

    As in PostgreSQL it has the type that it is compared in; integers and moments compare without a change of theirs.
    """
    first, second = columns
    type = matched_type(columns, "nullif", offset)
    kept = first if {first.type, second.type} in _COMPARED_AS_THEY_ARE else coerce(rows, first, type)
    a, b = coerce(rows, first, type), coerce(rows, second, type)
    constant = a.constant and b.constant
    same = rows.apply(lambda x, y: equal(type, x, y), BOOLEAN, offset, a, b)
    size = 1 if constant else rows.size
    mask = spread(same.series, size).fill_null(False)
    values = pl.select(pl.when(~mask).then(spread(kept.series, size))).to_series()
    return Column(kept.type, values, offset, constant)


def count_nulls(rows: Rows, columns: Sequence[Column], offset: int, *, nulls: bool) -> Column:
    """How many arguments are NULL, or are not."""
    total = np.zeros(rows.size, np.int32)
    for column in columns:
        total += (rows.spread(column).is_null().to_numpy() == nulls).astype(np.int32)
    return Column(INTEGER, pl.Series(total), offset)


def matched_type(columns: Sequence[Column], construct: str, offset: int) -> Type:
    """The type of values that stand side by side; ExpressionFault where they have none in common."""
    type = common_type([column.type for column in columns])
    if type is None:
        names = list(dict.fromkeys(f"`{column.type.name}`" for column in columns if column.type != UNKNOWN))
        raise ExpressionFault(f"{' and '.join(names)} do not match in `{construct}`", offset, "cast one to the other")
    return type
