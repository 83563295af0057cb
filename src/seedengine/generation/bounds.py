"""How large values may become: a small document makes no large one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.columns import instance, members
from seedengine.generation.context import Context

MOST_ELEMENTS = 100_000
"""Elements of one list, those of the lists in it included."""

MOST_BYTES = 256_000_000
"""Bytes of the lists or objects of one batch."""

MOST_TEXT = 1_000_000
"""Bytes of one text."""

_MOST_MEMBERS = 500
_MOST_LEVELS = 50
_WORD = 8


def check_elements(
    context: Context, owners: NDArray[np.int64] | None, counts: NDArray[np.int64], *draw: str | int
) -> None:
    """A fault where one row has more elements than it may have; `owners` are the rows where several stand in one."""
    sums = counts if owners is None else np.bincount(owners, weights=counts)
    if len(sums) and sums.max() > MOST_ELEMENTS:
        row = int(sums.argmax())
        position = row if owners is None else int(np.flatnonzero(owners == row)[0])
        message = f"a list of {int(sums.max()):,} elements"
        raise context.fault(message, *draw, position=position, help=f"at most {MOST_ELEMENTS:,} are made")


def check_bytes(context: Context, size: int, *draw: str | int) -> None:
    """A fault where so many bytes are more than may be put together."""
    if size > MOST_BYTES:
        message = f"{size:,} bytes of values in {len(context):,} rows"
        raise context.fault(message, *draw, help=f"at most {MOST_BYTES:,} are put together: make less of them")


def check_type(context: Context, dtypes: Sequence[pl.DataType], *draw: str | int) -> None:
    """A fault where values of these types, put together, have too many parts or too many levels."""
    extents = [_extent(dtype) for dtype in dtypes]
    names, levels = sum(count for count, _ in extents), max((levels for _, levels in extents), default=0)
    if names > _MOST_MEMBERS or levels >= _MOST_LEVELS:
        what = (
            f"{names:,} values in an object" if names > _MOST_MEMBERS else f"a value that is nested {levels + 1} deep"
        )
        help = f"at most {_MOST_MEMBERS:,} stand in one, and at most {_MOST_LEVELS} inside of each other"
        raise context.fault(what, *draw, help=help)


def check_texts(context: Context, columns: Sequence[pl.Series], *draw: str | int) -> None:
    """A fault where the texts of these columns make one that is too long, or too much of a batch."""
    lengths = sum((column.str.len_bytes().to_numpy().astype(np.float64) for column in columns), np.zeros(len(context)))
    if len(lengths) and lengths.max() > MOST_TEXT:
        help = f"at most {MOST_TEXT:,} are made"
        raise context.fault(f"a text of {int(lengths.max()):,} bytes", *draw, position=int(lengths.argmax()), help=help)
    if lengths.sum() > MOST_BYTES:
        message = f"{int(lengths.sum()):,} bytes of texts in {len(context):,} rows"
        raise context.fault(message, *draw, help=f"at most {MOST_BYTES:,} are put together: make shorter ones")


def bytes_of(column: pl.Series) -> int:
    """About how many bytes the values of a column have, each counted wherever it stands."""
    if not len(column):
        return 0
    if isinstance(column.dtype, pl.String):
        return int(column.str.len_bytes().sum()) + _WORD * len(column)
    if isinstance(column.dtype, pl.List):
        return _WORD * len(column) + bytes_of(column.explode(empty_as_null=False, keep_nulls=False))
    if isinstance(column.dtype, pl.Struct):
        return sum(bytes_of(column.struct.field(name)) for name in members(column.dtype))
    return _WORD * len(column)


def _extent(dtype: pl.DataType) -> tuple[int, int]:
    """How many single values a type has by name, and how many levels."""
    if isinstance(dtype, pl.List):
        count, levels = _extent(instance(dtype.inner))
        return count, levels + 1
    if isinstance(dtype, pl.Struct):
        inner = [_extent(each) for each in members(dtype).values()]
        return sum(count for count, _ in inner), 1 + max((levels for _, levels in inner), default=0)
    return 1, 0
