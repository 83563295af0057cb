"""Which row a ref draws: addressed by the row, within its candidates, without those it must not be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import below, bits, permute, unit
from seedengine.generation.blocks import blocks
from seedengine.generation.context import Context
from seedengine.generation.distributions import integers
from seedengine.generation.expressions import type_name
from seedengine.generation.pools import Pool, pool
from seedengine.generation.siblings import Siblings, Within
from seedengine.spec.generators import Distribution, Ref
from seedengine.spec.readings import THIS
from seedengine.spec.scope import Draw

Integers = NDArray[np.int64]

_ATTEMPTS = 64
"""After so many draws that hit a row which must not be, the next one that may be is taken."""


def drawn(context: Context, draw: Draw) -> Integers:
    """The row of the union of `draw.entities` that each row draws; -1 where it draws none."""
    nulls = next((ref.nulls for ref in draw.refs if ref.nulls is not None), None)
    when = next((ref.when for ref in draw.refs if ref.when is not None), None)
    found = draw_rows(context, draw.ref, draw.entities)
    if when is not None:
        found[~context.holds(when, "when")] = -1
    if nulls is not None:
        found[unit(context.key("nulls"), context.address) < float(nulls)] = -1
    return found


def draw_rows(context: Context, ref: Ref, entities: tuple[str, ...]) -> Integers:
    """The same for one ref, its `nulls` aside."""
    candidates = pool(context.world, context.entity, context.path, ref, entities)
    if not ref.unique:
        return candidates.at(_Deal(context, ref, candidates, entities).independent())
    within = Within.of(context, ref.unique, by_group=None if candidates.keys is None else candidates.groups)
    if ref.distribution is None and not ref.distinct_from:
        return candidates.at(_permuted(context, candidates, within.siblings(context)))

    def deal() -> tuple[Integers, Integers]:
        """All siblings together, since each must leave what another has."""
        whole = within.complete(context)
        found = candidates.at(_Deal(whole, ref, candidates, entities).apart(within.codes(whole)))
        return whole.rows.index, found

    own = context.rows.index if context.taken is None else context.rows.index[context.taken]
    if within.parent is None:
        # Any row of the entity may be a sibling: they are dealt once, and 8 bytes a row are kept.
        key = ("dealt", context.entity, context.path)
        found: Integers = context.world.remember(key, lambda: deal()[1])
        return found[own]
    index, found = deal()
    return found[np.searchsorted(index, own)]


def _permuted(context: Context, candidates: Pool, group: Siblings) -> Integers:
    """Each row of a group of siblings takes the next of its candidates in an order of the group's own."""
    pools = candidates.groups(context)
    sizes = np.where(pools < 0, 0, np.diff(np.append(candidates.offsets, candidates.offsets[-1]))[pools])
    positions = np.full(len(context), -1, dtype=np.int64)
    fits = np.flatnonzero(group.rank < sizes)
    keys = bits(context.key("unique"), group.code[fits].astype(np.uint64))
    positions[fits] = candidates.offsets[pools[fits]] + permute(keys, group.rank[fits], sizes[fits])
    return positions


@dataclass
class _Deal:
    """Draws of positions in a pool, one a row and attempt."""

    context: Context
    ref: Ref
    candidates: Pool
    entities: tuple[str, ...]

    def __post_init__(self) -> None:
        self.pools = self.candidates.groups(self.context)
        offsets = self.candidates.offsets
        self.start = np.where(self.pools < 0, 0, offsets[:-1][self.pools] if len(offsets) > 1 else 0)
        sizes = np.append(np.diff(offsets), 0)
        self.size = np.where(self.pools < 0, 0, sizes[self.pools])
        self.excluded = [self._excluded(path) for path in self.ref.distinct_from or ()]
        self.cumulated = self._cumulated(self.ref.distribution)
        if self.cumulated is not None:
            self.size = np.where(self._weight(np.arange(len(self.size)))[1] > 0, self.size, 0)

    def independent(self) -> Integers:
        """A position for each row, of those that it may draw; -1 where there is none."""
        return self._settle(np.zeros(0, dtype=np.int64), apart=False)

    def apart(self, codes: Integers) -> Integers:
        """The same, no position twice within the rows of one code."""
        return self._settle(codes, apart=True)

    def _settle(self, codes: Integers, *, apart: bool) -> Integers:
        positions = np.full(len(self.context), -1, dtype=np.int64)
        open_rows = np.flatnonzero(self.size > 0)
        for attempt in range(_ATTEMPTS):
            if not len(open_rows):
                return positions
            positions[open_rows] = self._draw(open_rows, attempt)
            bad = self._forbidden(positions)
            if apart:
                bad[open_rows[_taken_before(codes, positions, open_rows)]] = True
            positions[bad] = -1
            open_rows = open_rows[positions[open_rows] < 0]
        self._take_next(positions, open_rows, codes, apart=apart)
        return positions

    def _draw(self, rows: Integers, attempt: int) -> Integers:
        address, size = self.context.address[rows], self.size[rows]
        key = self.context.key("ref", attempt)
        shape = self.ref.distribution
        if shape is None:
            return self.start[rows] + below(key, address, size)
        if self.cumulated is not None:
            before, total = self._weight(rows)
            target = before + below(key, address, total)
            # In ascending order the search stays in the cache, where the candidates are many.
            order = np.argsort(target)
            found = np.empty(len(rows), dtype=np.int64)
            found[order] = np.searchsorted(self.cumulated[1:], target[order], side="right")
            return found
        rank = integers(shape.shape, shape.parameters, unit(key, address), np.zeros_like(size), size - 1)
        return self.start[rows] + permute(self.context.key("popular"), rank, size)

    def _forbidden(self, positions: Integers) -> NDArray[np.bool_]:
        bad = np.zeros(len(positions), dtype=np.bool_)
        if self.excluded:
            candidates = self.candidates.at(positions)
            for excluded in self.excluded:
                bad |= (candidates == excluded) & (candidates >= 0)
        return bad

    def _excluded(self, path: str) -> Integers:
        """The candidate that each row must not draw; -1 where there is none."""
        rows, own = self.context.rows, tuple(path.split("."))
        other = (
            rows
            if own == (THIS,)
            else rows.arrive(self.context.world.scope.resolve(self.context.entity, own, to_row=True).hops)
        )
        index = other.index if self.context.taken is None else other.index[self.context.taken]
        return _renumber(self.context, other.entities, self.entities, index)

    def _weight(self, rows: Integers) -> tuple[Integers, Integers]:
        """The weight of all candidates before those of each row, and that of the row's own."""
        assert self.cumulated is not None
        before = self.cumulated[self.start[rows]]
        return before, self.cumulated[self.start[rows] + self.size[rows]] - before

    def _cumulated(self, shape: Distribution | None) -> Integers | None:
        """The running sums of the weights of the candidates, in millionths, in the order of the pool, from 0."""
        if shape is None or shape.weights is None:
            return None
        key = ("weights", self.context.entity, self.context.path)
        found: Integers = self.context.world.remember(key, partial(self._cumulate, shape.weights))
        return found

    def _cumulate(self, name: str) -> Integers:
        total = int(self.candidates.offsets[-1])
        sums = np.zeros(total + 1, dtype=np.int64)
        for positions in blocks(total):
            column = self.context.world.rows(self.entities, self.candidates.at(positions)).column(name)
            if not column.dtype.is_numeric():
                message = f"a weight is a number, and `{name}` is {type_name(column.dtype)}"
                raise self.context.fault(message, "distribution", help="weigh by a field of numbers")
            weights = column.cast(pl.Float64).fill_null(0).to_numpy()
            if len(weights) and weights.min() < 0:
                raise self.context.fault(f"a weight in `{name}` is below 0", "distribution")
            sums[positions + 1] = np.rint(weights * 1e6).astype(np.int64)
        return np.cumsum(sums, out=sums)

    def _take_next(self, positions: Integers, rows: Integers, codes: Integers, *, apart: bool) -> None:
        """For the few rows that are left: the first position that may be, looking round from a drawn one."""
        taken: dict[int, set[int]] = {}
        for row, drawn_position in zip(rows.tolist(), self._draw(rows, _ATTEMPTS).tolist(), strict=True):
            code = int(codes[row]) if apart else -1
            if code not in taken:
                taken[code] = set(positions[codes == code].tolist()) if apart else set()
            excluded = {int(each[row]) for each in self.excluded}
            start, size = int(self.start[row]), int(self.size[row])
            for step in range(size):
                position = start + (drawn_position - start + step) % size
                if position in taken[code] or int(self.candidates.at(np.array([position]))[0]) in excluded:
                    continue
                positions[row] = position
                if apart:
                    taken[code].add(position)
                break


def _taken_before(codes: Integers, positions: Integers, fresh: Integers) -> NDArray[np.bool_]:
    """Which of the fresh rows have a position that a settled row of their code has, or a fresh one before them."""
    settled = np.setdiff1d(np.flatnonzero(positions >= 0), fresh)
    order = np.concatenate([settled, fresh])
    frame = pl.DataFrame({"code": codes[order], "position": positions[order]})
    first = frame.select(pl.struct("code", "position").is_first_distinct()).to_series().to_numpy()
    return ~first[len(settled) :]


def _renumber(context: Context, some: tuple[str, ...], others: tuple[str, ...], index: Integers) -> Integers:
    """Row numbers through one union of entities as those through another; -1 where a row is not in it."""
    if some == others:
        return index
    found = np.full(len(index), -1, dtype=np.int64)
    start = 0
    for entity in some:
        count = context.world.count(entity)
        inside = (index >= start) & (index < start + count)
        if entity in others:
            before = context.world.count(*others[: others.index(entity)])
            found[inside] = index[inside] - start + before
        start += count
    return found
