"""Some rows, by number: their values, and the rows that they stand under or drew."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.columns import NoMember, member, repeat, scatter, take
from seedengine.generation.context import Context
from seedengine.generation.draws import drawn
from seedengine.generation.world import World
from seedengine.spec.scope import LOCALE, Route

Integers = NDArray[np.int64]


class Rows:
    """Rows of one entity, or of the union of several; `index` counts from 0 through them all, -1 is no row."""

    def __init__(self, world: World, entities: tuple[str, ...], index: Integers) -> None:
        self.world, self.entities, self.index = world, entities, index
        self._columns: dict[str, pl.Series] = {}
        self._related: dict[str, Rows] = {}

    def __len__(self) -> int:
        return len(self.index)

    @property
    def entity(self) -> str:
        """The entity, where there is but one."""
        return self.entities[0]

    def column(self, name: str) -> pl.Series:
        """The values of a field, a `let`, or a name that every row has; NULL where there is no row."""
        if name not in self._columns:
            self._columns[name] = self._find_column(name).alias(name)
        return self._columns[name]

    def related(self, hop: str) -> Rows:
        """The rows that these stand under, or drew, under that name."""
        if hop not in self._related:
            self._related[hop] = self._find_related(hop)
        return self._related[hop]

    def follow(self, route: Route) -> pl.Series:
        """The values at the end of a route."""
        if route.hops:
            rows = self.related(route.hops[0])
            return rows.follow(Route(route.hops[1:], route.column, route.members))
        if route.column is None:
            raise ValueError("a route that ends at a row has no values")
        column = self.column(route.column)
        for name in route.members:
            column = member(column, name)
        return column

    def arrive(self, hops: tuple[str, ...]) -> Rows:
        """The rows at the end of these relations."""
        return self.related(hops[0]).arrive(hops[1:]) if hops else self

    def _find_column(self, name: str) -> pl.Series:
        if len(self.entities) > 1:
            return self._of_parts(lambda rows: rows.column(name))
        if self._distinct is None:
            return self._compute(name)
        distinct, where = self._distinct
        return take(distinct.column(name), where)

    @cached_property
    def _distinct(self) -> tuple[Rows, Integers] | None:
        """Each row once in ascending order, and where it stands there; None where these rows are so already."""
        if not len(self.index) or (self.index[0] >= 0 and bool(np.all(np.diff(self.index) > 0))):
            return None
        unique, where = np.unique(self.index, return_inverse=True)
        where = where.astype(np.int64)
        if unique[0] < 0:
            unique, where = unique[1:], where - 1
        return Rows(self.world, self.entities, unique), where

    def _compute(self, name: str) -> pl.Series:
        entity = self.world.entity(self.entity)
        values = entity.values
        if name in values:
            return Context.of(self, name).value(values[name])
        if name == LOCALE:
            return Context.of(self, LOCALE).value(entity.locale or self.world.spec.locale)
        if name == "as_of":
            return repeat(self.world.as_of(), len(self), pl.Datetime("us"))
        if name == "row":
            return pl.Series(self.index + 1)
        return pl.Series(self.world.shape(self.entity).nth(self.index))

    def _find_related(self, hop: str) -> Rows:
        world = self.world
        if not len(self):
            return world.no_rows(*world.scope.target_of(self.entities, (hop,)))
        if len(self.entities) > 1:
            targets = [world.scope.target(entity, hop) for entity in self.entities]
            if len(set(targets)) > 1:
                raise NoMember(hop, "in rows of several entities it leads to different ones")
            index = self._of_parts(lambda rows: pl.Series(rows.related(hop).index))
            return Rows(world, targets[0], index.fill_null(-1).to_numpy())
        draw = world.scope.draws(self.entity).get(hop)
        ways = world.scope.ancestors(self.entity).get(hop, ())
        if ways and len(ways[0]) > 1:
            return self.arrive(ways[0])
        if self._distinct is not None:
            distinct, where = self._distinct
            found = distinct.related(hop)
            return Rows(world, found.entities, np.where(where < 0, -1, np.append(found.index, -1)[where]))
        if ways:
            return Rows(world, world.scope.parents(self.entity)[hop], world.shape(self.entity).parent(hop, self.index))
        if draw is None:
            raise ValueError(f"`{hop}` is no relation of `{self.entity}`")
        return Rows(world, draw.entities, drawn(Context.of(self, f"@{hop}"), draw))

    def _of_parts(self, ask: object) -> pl.Series:
        """What `ask` finds for the rows of each entity of a union, put together."""
        assert callable(ask)
        parts: list[tuple[Integers, pl.Series]] = []
        start = 0
        for entity in self.entities:
            stop = start + self.world.count(entity)
            positions = np.flatnonzero((self.index >= start) & (self.index < stop)).astype(np.int64)
            rows = Rows(self.world, (entity,), self.index[positions] - start)
            parts.append((positions, ask(rows)))
            start = stop
        return scatter(parts, len(self))
