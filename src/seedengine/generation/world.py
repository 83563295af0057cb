"""A spec as something that rows can be asked of: how many there are, which ones, and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import derive_key
from seedengine.spec.model import Entity, Spec
from seedengine.spec.scope import Route, Scope

if TYPE_CHECKING:
    from seedengine.generation.context import Context
    from seedengine.generation.rows import Rows
    from seedengine.generation.shapes import Shape

Integers = NDArray[np.int64]
Generate = Callable[[Any, "Context"], pl.Series]
"""A generator: its model and the rows it is for, to a column of as many values."""


class World:
    """All rows of a spec, none of which exists before it is asked for.

    `generators` has the function of every kind of value; `shape_of` finds out which rows an entity has, `rows_of` makes
    rows by number.
    """

    def __init__(
        self,
        spec: Spec,
        generators: Mapping[type, Generate],
        shape_of: Callable[[World, str], Shape],
        rows_of: Callable[[World, tuple[str, ...], Integers], Rows],
    ) -> None:
        self.spec, self.scope, self.generators = spec, Scope(spec), generators
        self._shape_of, self._rows_of = shape_of, rows_of
        self._shapes: dict[str, Shape] = {}
        self._routes: dict[tuple[tuple[str, ...], tuple[str, ...]], Route] = {}
        self.kept: dict[object, Any] = {}
        """What was found out once for all rows of an entity, never the rows: candidates, children, siblings."""

    def entity(self, name: str) -> Entity:
        """An entity of the spec."""
        return self.spec.entities[name]

    def shape(self, entity: str) -> Shape:
        """Which rows an entity has."""
        if entity not in self._shapes:
            self._shapes[entity] = self._shape_of(self, entity)
        return self._shapes[entity]

    def count(self, *entities: str) -> int:
        """How many rows these entities have together."""
        return sum(self.shape(entity).total for entity in entities)

    def no_rows(self, *entities: str) -> Rows:
        """No row of these entities, of which the types of all values can be asked, each once."""
        found: Rows = self.remember(("none", entities), lambda: self.rows(entities, np.zeros(0, dtype=np.int64)))
        return found

    def assume(self, entity: str, shape: Shape) -> None:
        """Take this for the rows of an entity while its own are being found among them."""
        self._shapes[entity] = shape

    def rows(self, entities: tuple[str, ...], index: Integers) -> Rows:
        """Rows by their number from 0 through all of these entities."""
        return self._rows_of(self, entities, index)

    def key(self, entity: str, *path: str | int) -> int:
        """The key of a draw."""
        return derive_key(self.spec.seed, entity, *map(str, path))

    def route(self, entities: tuple[str, ...], path: tuple[str, ...]) -> Route:
        """The way along a path from a row of these entities to a value."""
        if (entities, path) not in self._routes:
            self._routes[entities, path] = self.scope.resolve_in(entities, path)
        return self._routes[entities, path]

    def as_of(self) -> datetime:
        """The only now; the checks have seen to it that a spec that needs it has it."""
        return self.spec.as_of or datetime(1970, 1, 1)

    def remember(self, key: object, find: Callable[[], Any]) -> Any:
        """What `find` finds, found once."""
        if key not in self.kept:
            self.kept[key] = find()
        return self.kept[key]
