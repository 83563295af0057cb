"""Columns put together: of parts with other types, of lists, of rows that may be missing."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_RANKS: tuple[type[pl.DataType], ...] = (pl.Int32, pl.Int64, pl.Decimal, pl.Float64)


class DifferentTypes(Exception):
    """Two columns cannot become one."""

    def __init__(self, left: pl.DataType, right: pl.DataType) -> None:
        super().__init__(f"{left} and {right}")
        self.left, self.right = left, right


class NoMember(Exception):
    """An object, or the rows of a union, have nothing of that name."""

    def __init__(self, name: str, help: str) -> None:
        super().__init__(name)
        self.name, self.help = name, help


def member(column: pl.Series, name: str) -> pl.Series:
    """A member of a column of objects; raises NoMember."""
    known = members(column.dtype) if isinstance(column.dtype, pl.Struct) else {}
    if name not in known:
        listed = ", ".join(f"`{each}`" for each in known)
        raise NoMember(name, f"its members are {listed}" if known else "it is no object and has no members")
    return column.struct.field(name)


def common_type(left: pl.DataType, right: pl.DataType) -> pl.DataType:
    """The type that holds the values of both; raises DifferentTypes."""
    if left == right or right == pl.Null:
        return left
    if left == pl.Null:
        return right
    if left.base_type() in _RANKS and right.base_type() in _RANKS:
        return _common_number(left, right)
    if isinstance(left, pl.List) and isinstance(right, pl.List):
        return pl.List(common_type(instance(left.inner), instance(right.inner)))
    if isinstance(left, pl.Struct) and isinstance(right, pl.Struct):
        own, others = members(left), members(right)
        if list(own) == list(others):
            return pl.Struct({name: common_type(own[name], others[name]) for name in own})
    if {left.base_type(), right.base_type()} == {pl.Date, pl.Datetime}:
        return pl.Datetime("us")
    raise DifferentTypes(left, right)


def members(dtype: pl.Struct) -> dict[str, pl.DataType]:
    """The members of an object's type."""
    return {field.name: instance(field.dtype) for field in dtype.fields}


def instance(dtype: object) -> pl.DataType:
    """A type as Polars has it inside of others, where it may be its class alone."""
    if isinstance(dtype, pl.DataType):
        return dtype
    assert isinstance(dtype, type)
    made: pl.DataType = dtype()
    return made


def _common_number(left: pl.DataType, right: pl.DataType) -> pl.DataType:
    higher = max(left, right, key=lambda dtype: _RANKS.index(dtype.base_type()))
    if not isinstance(higher, pl.Decimal):
        return higher
    scales = [dtype.scale for dtype in (left, right) if isinstance(dtype, pl.Decimal)]
    return pl.Decimal(38, max(scales))


def scatter(parts: Sequence[tuple[Integers, pl.Series]], size: int) -> pl.Series:
    """One column of `size` rows from parts at given positions; NULL where no part has a position.

    Raises DifferentTypes.
    """
    dtype: pl.DataType = pl.Null()
    for _, part in parts:
        dtype = common_type(dtype, part.dtype)
    parts = [part for part in parts if len(part[1])]
    if not parts:
        return repeat(None, size, dtype)
    whole = pl.concat([part.cast(dtype) for _, part in parts]) if len(parts) > 1 else parts[0][1].cast(dtype)
    source = np.full(size, -1, dtype=np.int64)
    source[np.concatenate([positions for positions, _ in parts])] = np.arange(len(whole), dtype=np.int64)
    return take(whole, source)


def repeat(value: object, size: int, dtype: pl.DataType) -> pl.Series:
    """The same value in every row."""
    if not size:
        return pl.Series(dtype=dtype)
    return pl.Series(values=[value], dtype=dtype).new_from_index(0, size)


def take(column: pl.Series, positions: Integers) -> pl.Series:
    """The values at these positions; NULL where a position is -1."""
    if not len(positions):
        return column.clear()
    if len(positions) and positions.min() < 0:
        indexes = pl.Series(positions)
        return column.gather(indexes.set(indexes < 0, None))
    return column.gather(positions)


def nest(elements: pl.Series, owners: Integers, size: int) -> pl.Series:
    """A column of `size` lists; `owners`, in ascending order, says in which row each element belongs."""
    if not len(elements):
        return pl.Series(values=[[]] * size, dtype=pl.List(elements.dtype))
    frame = pl.DataFrame({"owner": owners, "element": elements})
    lists = frame.group_by("owner", maintain_order=True).agg("element")
    every = pl.DataFrame({"owner": np.arange(size, dtype=np.int64)})
    joined = every.join(lists, on="owner", how="left", maintain_order="left")["element"]
    empty = pl.lit([], dtype=joined.dtype)
    return joined.to_frame().select(pl.col(joined.name).fill_null(empty)).to_series()
