"""Array functions: constructed, joined, searched and taken apart, element types checked as PostgreSQL's are."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl

from seedengine.generation.expressions import printing
from seedengine.generation.expressions.casts import cast, coerce
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.comparing import compare, equal
from seedengine.generation.expressions.compute import compute, spread
from seedengine.generation.expressions.faults import fail_where
from seedengine.generation.expressions.lists import elements, regrouped, rows_of
from seedengine.generation.expressions.text import bounded, check_bytes, checked_bytes
from seedengine.generation.expressions.types import (
    BIGINT,
    BOOLEAN,
    INTEGER,
    TEXT,
    UNKNOWN,
    Type,
    array_of,
    common_type,
    storage,
)
from seedengine.spec.expressions import ExpressionFault

MAX_ELEMENTS = 100_000
MAX_BATCH_ELEMENTS = 20_000_000
_EMPTY_HELP = "name its type: `array[]::text[]`"


def construct(rows: Rows, columns: Sequence[Column], element: Type | None, offset: int) -> Column:
    """`array[…]` of these elements, cast to `element` where that is named."""
    if element is None and not columns:
        raise ExpressionFault("this empty array has no type", offset, _EMPTY_HELP)
    type = element or common_type([column.type for column in columns])
    if type is None or type.element is not None:
        raise ExpressionFault("the elements of an array are of one type", offset, "cast them")
    change = cast if element else coerce
    parts = [change(rows, column, type) for column in columns]
    constant = all(part.constant for part in parts)
    size = 1 if constant else rows.size
    result = replace(array_of(type), element=type)
    if not parts:
        return Column(result, pl.Series([[]], dtype=storage(result)), offset, constant=True)
    frame = pl.DataFrame({str(i): spread(part.series, size) for i, part in enumerate(parts)})
    if type == TEXT:
        sizes = frame.select(pl.sum_horizontal(pl.all().str.len_bytes().cast(pl.Int64))).to_series()
        rows.apply(checked_bytes, BIGINT, offset, Column(BIGINT, sizes, offset, constant))
    lists = frame.select(pl.concat_list(pl.all()).alias("")).to_series()
    return Column(result, lists.cast(storage(result)), offset, constant)


def check_elements(counts: pl.Series) -> None:
    """RowFault where an array would have more elements than one may have, or all of them together."""
    sizes = counts.fill_null(0).to_numpy().astype(np.int64)
    fail_where(sizes > MAX_ELEMENTS, f"the array has more than {MAX_ELEMENTS:,} elements")
    fail_where(
        np.cumsum(sizes) > MAX_BATCH_ELEMENTS, f"the arrays of a batch have over {MAX_BATCH_ELEMENTS:,} elements"
    )


def subscript(rows: Rows, array: Column, index: Column, offset: int) -> Column:
    """The element at that place, counted from 1; NULL where there is none."""
    element = element_type(array)
    place = coerce(rows, index, INTEGER) if index.type != UNKNOWN else cast(rows, index, INTEGER)

    def take(lists: pl.Series, places: pl.Series) -> pl.Series:
        size = max(len(lists), len(places))
        wanted = spread(places, size).cast(pl.Int64) - 1
        return spread(lists, size).list.get(pl.select(pl.when(wanted >= 0).then(wanted)).to_series(), null_on_oob=True)

    return rows.apply(take, element, offset, array, place)


def element_type(array: Column) -> Type:
    """The type of an array's elements; ExpressionFault where it is no array."""
    if array.type.element is None:
        name = "text" if array.type == UNKNOWN else array.type.name
        raise ExpressionFault(f"`{name}` is not an array", array.offset, "write `array[…]`, or cast to `text[]`")
    return array.type.element


def any_equal(rows: Rows, operator: str, left: Column, array: Column, *, every: bool) -> Column:
    """`left operator any(array)`, or `all(array)` where `every`: NULL where an unknown comparison decides."""
    element = element_type(array) if array.type != UNKNOWN else left.type
    array = coerce(rows, array, array_of(element)) if array.type == UNKNOWN else array
    type = common_type([left.type, element])
    if type is None:
        raise ExpressionFault(f"`{left.type.name}` and `{element.name}` do not compare", left.offset, "cast one")
    left = coerce(rows, left, type)
    if type != element:
        array = cast(rows, array, array_of(type))

    def search(values: pl.Series, lists: pl.Series) -> pl.Series:
        size = max(len(values), len(lists))
        lists = spread(lists, size)
        inner, owner = elements(lists), rows_of(lists)
        other = spread(values, size).gather(owner)
        known = (inner.is_not_null() & other.is_not_null()).to_numpy()
        holds = truth(operator, type, other.filter(known), inner.filter(known)).to_numpy()
        decisive = np.bincount(owner[known][holds != every], minlength=size) > 0
        unknown = np.bincount(owner[~known], minlength=size) > 0
        result = pl.Series(decisive != every)
        return pl.select(pl.when(pl.Series(decisive | ~unknown)).then(result)).to_series()

    # An empty array decides without a value, so that only the array has to be there.
    size = 1 if left.constant and array.constant else rows.size
    values = spread(left.series, size)
    boxed = Column(left.type, values.to_frame("value").to_struct(), left.offset, size == 1 and left.constant)
    return rows.apply(lambda v, lists: search(v.struct.field("value"), lists), BOOLEAN, left.offset, boxed, array)


def truth(operator: str, type: Type, left: pl.Series, right: pl.Series) -> pl.Series:
    """Whether the comparison holds, row by row without NULL."""
    if operator in ("=", "<>"):
        same = equal(type, left, right)
        return same if operator == "=" else ~same
    order = compare(type, left, right)
    return pl.Series({"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator])


def joined(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """`array_to_string(array, separator, text for NULL)`."""
    element = element_type(columns[0])
    texts = rows.apply(partial(printing.element_texts, element), array_of(TEXT), offset, columns[0])
    separator = coerce(rows, columns[1], TEXT)
    if len(columns) == 3:
        texts = _with_text_for_null(rows, texts, coerce(rows, columns[2], TEXT))

    def join(lists: pl.Series, between: pl.Series) -> pl.Series:
        size = max(len(lists), len(between))
        lists, between = spread(lists, size), spread(between, size)
        kept = lists.list.drop_nulls()
        count, size_between = kept.list.len(), between.str.len_bytes()
        check_bytes((count.cast(pl.Int64) - 1).clip(0) * size_between.cast(pl.Int64))
        return bounded(compute(lambda parts, s: parts.list.join(s), kept, between))

    return rows.apply(join, TEXT, offset, texts, separator)


def _with_text_for_null(rows: Rows, texts: Column, absent: Column) -> Column:
    """The arrays of texts with another text for their NULLs, where that is none itself."""
    size = 1 if texts.constant and absent.constant else rows.size
    lists = spread(texts.series, size)
    inner, other = elements(lists), spread(absent.series, size).gather(rows_of(lists))
    filled = pl.select(pl.coalesce(inner, other)).to_series() if len(inner) else inner
    return replace(texts, series=regrouped(filled, lists), constant=size == 1 and texts.constant and absent.constant)


def split(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """`string_to_array(text, separator, text for NULL)`: NULL as separator takes single characters."""
    text = coerce(rows, columns[0], TEXT)
    separator = coerce(rows, columns[1], TEXT)
    absent = coerce(rows, columns[2], TEXT) if len(columns) == 3 else rows.null(TEXT, offset)
    result = array_of(TEXT)
    if not (separator.constant and absent.constant):
        raise ExpressionFault("separators are constants here", offset, "write them as text")
    by, null = separator.series[0], absent.series[0]

    def part(values: pl.Series) -> pl.Series:
        single = values.str.len_chars()
        check_elements(
            values.str.count_matches(by, literal=True) if by else single if by is None else single.clip(0, 1)
        )
        if by is None:
            lists = values.str.split("")
        elif by == "":
            lists = compute(lambda t: pl.when(t == "").then(t.str.split("")).otherwise(pl.concat_list(t)), values)
        else:
            lists = compute(lambda t: pl.when(t == "").then(t.str.split("")).otherwise(t.str.split(by)), values)
        if null is not None:
            lists = lists.list.eval(pl.when(pl.element() != null).then(pl.element()))
        return lists

    return rows.apply(part, result, offset, text)


def length(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """`array_length(array, 1)`: NULL where the array is empty or another dimension is asked for."""
    element_type(columns[0])
    dimension = coerce(rows, columns[1], INTEGER)

    def count(lists: pl.Series, number: pl.Series) -> pl.Series:
        sizes = spread(lists.list.len().cast(pl.Int32), max(len(lists), len(number)))
        return compute(lambda s, n: pl.when((s > 0) & (n == 1)).then(s), sizes, number)

    return rows.apply(count, INTEGER, offset, columns[0], dimension)


def cardinality(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """How many elements."""
    element_type(columns[0])
    return rows.apply(lambda lists: lists.list.len().cast(pl.Int32), INTEGER, offset, columns[0])


def append(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """The array with one more element at its end."""
    return _with_element(rows, columns[0], columns[1], offset, first=False)


def prepend(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """The array with one more element at its beginning."""
    return _with_element(rows, columns[1], columns[0], offset, first=True)


def _with_element(rows: Rows, array: Column, value: Column, offset: int, *, first: bool) -> Column:
    one = construct(rows, [coerce(rows, value, element_type(array))], None, offset)
    return concatenate(rows, [one, array] if first else [array, one], offset)


def concatenate(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """Both arrays, one after the other; one that is NULL counts as empty, both as NULL."""
    type = next((column.type for column in columns if column.type.element is not None), None)
    if type is None or any(column.type not in (type, UNKNOWN) for column in columns):
        raise ExpressionFault("these are not arrays of one type", offset, "cast one of them")
    left, right = (coerce(rows, column, type) for column in columns)
    constant = left.constant and right.constant
    size = 1 if constant else rows.size

    def join(a: pl.Expr, b: pl.Expr) -> pl.Expr:
        both = pl.concat_list(a, b)
        return pl.when(a.is_null()).then(b).when(b.is_null()).then(a).otherwise(both)

    lists = compute(join, spread(left.series, size), spread(right.series, size)) if size else left.series.head(0)
    return rows.apply(_limited, type, offset, Column(type, lists.cast(storage(type)), offset, constant))


def _limited(lists: pl.Series) -> pl.Series:
    check_elements(lists.list.len())
    return lists


def position(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """The place of the first element that is equal, counted from 1, or NULL; NULL is found among NULLs."""
    element = element_type(columns[0])
    array, value = columns[0], coerce(rows, columns[1], element)
    size = rows.size
    lists, values = rows.spread(array), rows.spread(value)
    inner, owner = elements(lists), rows_of(lists)
    other = values.gather(owner)
    same = (inner.is_null() & other.is_null()).to_numpy().copy()
    known = (inner.is_not_null() & other.is_not_null()).to_numpy()
    same[known] = equal(element, inner.filter(known), other.filter(known)).to_numpy()
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=size))])[:size] if size else np.zeros(0, int)
    found = np.flatnonzero(same)
    first_rows, first = np.unique(owner[found], return_index=True)
    places = pl.Series([None], dtype=pl.Int32).new_from_index(0, size)
    if len(first_rows):
        numbers = found[first] - starts[first_rows] + 1
        places = places.scatter(first_rows, pl.Series(numbers).cast(pl.Int32))
    return Column(INTEGER, places, offset)


def remove(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """The array without the elements that are equal."""
    element = element_type(columns[0])
    value = coerce(rows, columns[1], element)
    lists, values = rows.spread(columns[0]), rows.spread(value)
    inner, owner = elements(lists), rows_of(lists)
    other = values.gather(owner)
    same = (inner.is_null() & other.is_null()).to_numpy().copy()
    known = (inner.is_not_null() & other.is_not_null()).to_numpy()
    same[known] = equal(element, inner.filter(known), other.filter(known)).to_numpy()
    marks = regrouped(pl.DataFrame({"value": inner, "kept": pl.Series(~same)}).to_struct(""), lists)
    kept = marks.list.eval(pl.element().filter(pl.element().struct.field("kept")).struct.field("value"))
    return Column(columns[0].type, kept.cast(storage(columns[0].type)), offset)
