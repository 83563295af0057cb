"""Passes over many rows a block at a time, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

BLOCK = 65_536
"""Rows that are looked at together: a column costs little more than its values, and some columns fit any memory."""


def blocks(total: int, size: int = BLOCK) -> Iterator[Integers]:
    """The numbers from 0 to `total`, some at a time; where there are none, once none: types show without a row."""
    for start in range(0, max(total, 1), size):
        yield np.arange(start, min(start + size, total), dtype=np.int64)


def by_block(numbers: Integers, size: int) -> Iterator[tuple[int, Integers]]:
    """The blocks of `size` into which numbers fall, each with the positions of those that do, in ascending order."""
    if not len(numbers):
        return
    block = numbers // size
    if (block == block[0]).all():
        yield int(block[0]), np.arange(len(numbers), dtype=np.int64)
        return
    order = np.argsort(block, kind="stable")
    ordered = block[order]
    starts = np.flatnonzero(np.concatenate([np.ones(1, dtype=np.bool_), ordered[1:] != ordered[:-1]]))
    for start, stop in zip(starts, [*starts[1:], len(ordered)], strict=True):
        yield int(ordered[start]), order[start:stop]


def expand(starts: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """The numbers of ranges one after another, `counts[k]` from `starts[k]` on, and the `k` of each."""
    owners = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    return np.repeat(starts - first, counts) + np.arange(len(owners), dtype=np.int64), owners
