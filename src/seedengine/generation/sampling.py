"""Which candidates are taken, by the rank of their random bits: exact counts, the same for the same rows."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.bits import Words, bits

Integers = NDArray[np.int64]

_BLOCK = 1000
"""A share is exact within so many candidates."""


def chosen(
    key: int, rows: Integers, positions: Integers, share: Fraction | float, block: int = _BLOCK
) -> NDArray[np.bool_]:
    """Which candidates a share takes: of every block of eligible ones exactly its share, rounded half up.

    `rows` are the row numbers of eligible candidates and `positions` their places among all eligible ones,
    from 0. These make up whole blocks: consecutive from the beginning of a block to the end of one, or of all
    candidates; the last block counts by its own size. A block takes the candidates with the lowest bits, of
    equal bits the lower row. A float share means its shortest decimal: 0.15 is 15%. Raises ValueError for
    positions with a gap or from the middle of a block, and for a share outside of 0 … 1.
    """
    part = Fraction(repr(float(share))) if isinstance(share, float) else Fraction(share)
    if not 0 <= part <= 1:
        raise ValueError("a share is outside of 0 … 1")
    if len(positions) and (positions[0] % block or (np.diff(positions) != 1).any()):
        raise ValueError("positions do not make up whole blocks")
    drawn = bits(key, rows.astype(np.uint64))
    whole = len(rows) // block * block
    mask = np.empty(len(rows), np.bool_)
    for start, stop, size in ((0, whole, block), (whole, len(rows), len(rows) - whole)):
        if start < stop:
            shape = (-1, size)
            lowest = _lowest(drawn[start:stop].reshape(shape), rows[start:stop].reshape(shape), _count(part, size))
            mask[start:stop] = lowest.ravel()
    return mask


def shared(key: int, eligible: Iterable[Integers], share: Fraction) -> Iterator[Integers]:
    """The candidates that a share takes, as `chosen` does, where the eligible ones come a part at a time."""
    waiting = np.zeros(0, dtype=np.int64)
    for part in eligible:
        waiting = np.concatenate([waiting, part])
        whole = len(waiting) // _BLOCK * _BLOCK
        yield _chosen(key, waiting[:whole], share)
        waiting = waiting[whole:]
    yield _chosen(key, waiting, share)


def _chosen(key: int, rows: Integers, share: Fraction) -> Integers:
    return rows[chosen(key, rows, np.arange(len(rows), dtype=np.int64), share)]


def ranked(key: int, rows: Integers, groups: Integers) -> NDArray[np.intp]:
    """The order of candidates by group, within a group by their bits, of equal bits by row number.

    `groups` are from 0. The first k of a group in this order are a uniform sample of k of its candidates.
    """
    drawn = bits(key, rows.astype(np.uint64))
    width = np.uint64(int(groups.max(initial=0)).bit_length())
    # One number of group and leading bits sorts five times as fast as three columns, and seldom has a tie.
    combined = groups.astype(np.uint64) << (np.uint64(64) - width) | drawn >> width
    order = np.argsort(combined)
    ordered = combined[order]
    return np.lexsort((rows, drawn, groups)) if (ordered[1:] == ordered[:-1]).any() else order


def _count(share: Fraction, size: int) -> int:
    return (2 * share.numerator * size + share.denominator) // (2 * share.denominator)


def _lowest(drawn: Words, rows: Integers, count: int) -> NDArray[np.bool_]:
    """Which `count` of each line of a table are the lowest."""
    if count in (0, drawn.shape[1]):
        return np.full(drawn.shape, count > 0)
    limit = np.partition(drawn, count - 1, axis=1)[:, count - 1 : count]
    lowest = drawn <= limit
    for line in np.flatnonzero(lowest.sum(axis=1) > count):
        lowest[line] = False
        lowest[line, np.lexsort((rows[line], drawn[line]))[:count]] = True
    return lowest
