"""What a name means in a row: its own values, the rows it stands under, the rows that its refs drew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from seedengine.diagnostics import Candidates
from seedengine.spec.expressions import Path
from seedengine.spec.generators import (
    Choice,
    Computed,
    Cycle,
    ListOf,
    Match,
    Object,
    Pick,
    Ref,
    Value,
)
from seedengine.spec.model import Entity, Spec
from seedengine.spec.walk import Place, beneath, walk

T = TypeVar("T")

BUILTINS = ("row", "nth", "as_of")
"""Names that every row has; `i` besides, within a list."""

LOCALE = "locale"
"""The name of an entity's locale in its rows, unless a field has it."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way from a row to a value: relations to walk, a column (None: the row itself), members of an object."""

    hops: tuple[str, ...] = ()
    column: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draw:
    """Rows that the refs of an entity draw under one name.

    `ref` is the one that says how, `refs` are all of them, and `fields` take their values from the rows.
    """

    name: str
    entities: tuple[str, ...]
    ref: Ref
    refs: tuple[Ref, ...]
    fields: tuple[str, ...]


class UnknownName(Exception):
    """A name that means nothing here, or two things: a message and what to do."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message, self.help = message, help


class Scope:
    """The names of every entity of a spec; entities that do not exist are passed over."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._routes: dict[tuple[str, Path, bool], Route] = {}
        self._draws: dict[str, dict[str, Draw]] = {}
        self._ancestors: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {}
        self._kept: dict[object, Any] = {}

    def remember(self, key: object, find: Callable[[], T]) -> T:
        """What `find` finds, found once."""
        if key not in self._kept:
            self._kept[key] = find()
        found: T = self._kept[key]
        return found

    def parents(self, entity: str) -> dict[str, tuple[str, ...]]:
        """The rows that a row directly stands under: name → entities."""
        known = self.spec.entities
        found = parents_of(known[entity])
        return {name: tuple(each for each in entities if each in known) for name, entities in found.items()}

    def ancestors(self, entity: str) -> dict[str, tuple[tuple[str, ...], ...]]:
        """Every name of a row that this one stands under, with the way there, or two of them: it is ambiguous."""
        if entity not in self._ancestors:
            self._ancestors[entity] = {}  # an entity that stands under itself is found by the checks
            self._ancestors[entity] = self._find_ancestors(entity)
        return self._ancestors[entity]

    def _find_ancestors(self, entity: str) -> dict[str, tuple[tuple[str, ...], ...]]:
        direct = self.parents(entity)
        ways: dict[str, list[tuple[str, ...]]] = {name: [(name,)] for name in direct}
        for parent, entities in direct.items():
            if len(entities) != 1:
                continue
            for name, further in self.ancestors(entities[0]).items():
                if name not in direct:
                    ways.setdefault(name, []).extend((parent, *way) for way in further)
        return {name: tuple(found[:2]) for name, found in ways.items()}

    def draws(self, entity: str) -> dict[str, Draw]:
        """The rows that the refs of an entity draw, by name; a ref to a row it stands under draws nothing."""
        if entity not in self._draws:
            self._draws[entity] = {draw.name: draw for draw in self._find_draws(entity)}
        return self._draws[entity]

    def drawing(self, entity: str) -> dict[str, Draw]:
        """By the entities that its refs draw from, the first draw of each."""
        draws = self.draws(entity)
        return self.remember(
            ("drawing", entity), lambda: {each: draw for draw in reversed(draws.values()) for each in draw.entities}
        )

    def _find_draws(self, entity: str) -> Iterator[Draw]:
        found: dict[str, list[tuple[str, Ref]]] = {}
        for field, value in self.spec.entities[entity].values.items():
            for ref in own_refs(value):
                name = self.drawn_name(entity, ref)
                if name is not None:
                    found.setdefault(name, []).append((field, ref))
        for name, uses in found.items():
            refs = [ref for _, ref in uses]
            options = next((ref for ref in refs if has_options(ref)), refs[0])
            entities = tuple(each for each in options.entities if each in self.spec.entities)
            if entities:
                yield Draw(name, entities, options, tuple(refs), tuple(dict.fromkeys(field for field, _ in uses)))

    def drawn_name(self, entity: str, ref: Ref) -> str | None:
        """The name of the row that a ref draws; None where it takes the row it stands under."""
        if ref.name is not None:
            return ref.name
        if len(ref.entities) == 1 and ref.entities[0] in self.ancestors(entity):
            return None
        return ref.entities[0]

    def names(self, entity: str) -> Candidates:
        """Every name that means something in a row of this entity."""
        own = self.spec.entities[entity].values
        return self.remember(
            ("names", entity),
            lambda: Candidates((*own, *self.ancestors(entity), *self.draws(entity), *BUILTINS)),
        )

    def resolve(self, entity: str, path: Path, *, to_row: bool = False) -> Route:
        """The way from a row of `entity` along `path`, to a value, or `to_row`; raises UnknownName."""
        return self.resolve_in((entity,), path, to_row=to_row)

    def resolve_in(self, entities: tuple[str, ...], path: Path, *, to_row: bool = False) -> Route:
        """The same from a row of any of these entities; raises UnknownName where they differ."""
        if not entities:
            raise UnknownName(f"`{'.'.join(path)}` is asked of an entity that there is not")
        routes = [self._step(entity, path, to_row) for entity in entities]
        if any((route.hops, route.members) != (routes[0].hops, routes[0].members) for route in routes):
            raise UnknownName(f"`{'.'.join(path)}` means different things in {_listed(entities)}")
        return routes[0]

    def target(self, entity: str, hop: str) -> tuple[str, ...]:
        """The entities that a relation of a row leads to."""
        ways = self.ancestors(entity).get(hop)
        if ways is None:
            return self.draws(entity)[hop].entities
        target = entity
        for step in ways[0]:
            found = self.parents(target)[step]
            if len(found) != 1:
                return found
            target = found[0]
        return (target,)

    def key(self, entity: str) -> tuple[str, ...]:
        """The primary key of an entity: what `key` says, else `id` where there is such a field, else nothing."""
        spec = self.spec.entities[entity]
        return spec.key or (("id",) if "id" in spec.fields else ())

    def target_of(self, entities: tuple[str, ...], hops: tuple[str, ...]) -> tuple[str, ...]:
        """The entities at the end of a way."""
        for hop in hops:
            entities = tuple(dict.fromkeys(each for entity in entities for each in self.target(entity, hop)))
        return entities

    def _step(self, entity: str, path: Path, to_row: bool) -> Route:
        known = self._routes.get((entity, path, to_row))
        if known is None:
            known = self._routes[entity, path, to_row] = self._find_route(entity, path, to_row)
        return known

    def _find_route(self, entity: str, path: Path, to_row: bool) -> Route:
        name, rest = path[0], path[1:]
        own, relations = self._meanings(entity, name, rest, to_row)
        if len(own) + len(relations) > 1:
            help = "rename one of them, or name the ref with `as:`"
            raise UnknownName(f"`{name}` could mean {' or '.join((*own, *relations))}", help)
        if relations:
            if not rest:
                return Route((name,))
            further = self.resolve_in(self.target(entity, name), rest, to_row=to_row)
            return Route((name, *further.hops), further.column, further.members)
        if not own:
            near = self.names(entity).closest(name)
            message = f"a row of `{entity}` has no `{name}`"
            raise UnknownName(message, f"did you mean `{near}`?" if near else self._hint(entity))
        if rest and name not in self.spec.entities[entity].values:
            raise UnknownName(f"`{name}` has no members")
        return Route((), name, rest)

    def _meanings(self, entity: str, name: str, rest: Path, to_row: bool) -> tuple[list[str], list[str]]:
        """What a name may mean, as a value and as a row; where it may be both, what stands behind it decides."""
        values = self.spec.entities[entity].values
        relations = [f"`{'.'.join(way)}`" for way in self.ancestors(entity).get(name, ())]
        relations += ["the row that its ref drew"] if name in self.draws(entity) else []
        own = ["its own value"] if name in values else []
        if name in BUILTINS or (name == LOCALE and not own and not relations):
            own.append("a name that every row has")
        if own and relations and name not in BUILTINS:
            if not rest:
                return ([], relations) if to_row else (own, [])
            if not _may_have_members(values[name]):
                return [], relations
        return own, relations

    def _hint(self, entity: str) -> str:
        names = tuple(islice((name for name in self.names(entity).names if name not in BUILTINS), 13))
        return f"in scope are {_listed(names[:12])}" + (" …" if len(names) > 12 else "")

    @cached_property
    def tables(self) -> dict[str, tuple[str, ...]]:
        """The entities of each table that is written, in the order of the spec."""
        tables: dict[str, list[str]] = {}
        for name, entity in self.spec.entities.items():
            if entity.table is not None:
                tables.setdefault(entity.table, []).append(name)
        return {table: tuple(names) for table, names in tables.items()}


def parents_of(entity: Entity) -> dict[str, tuple[str, ...]]:
    """The rows that a row of `entity` directly stands under: name → entities."""
    found: dict[str, tuple[str, ...]] = {}
    if entity.sample:
        found[entity.name or entity.sample[0]] = entity.sample
    for name in (*(entity.per or {}), *(entity.cross or ())):
        found[name] = (name,)
    return found


def _may_have_members(value: Value) -> bool:
    return isinstance(value, Object | Pick | Computed | Match | Choice | Cycle)


def own_refs(value: Value) -> Iterator[Ref]:
    """The refs of a value whose row belongs to the row itself: all but those within a `list`."""
    lists: set[Place] = set()
    for place, node in walk(value):
        if beneath(place, lists) is not None:
            continue
        if isinstance(node, ListOf):
            lists.add((*place, "list"))
        if isinstance(node, Ref):
            yield node


def has_options(ref: Ref) -> bool:
    """Whether a ref says how its row is drawn."""
    return any((ref.where, ref.distinct_from, ref.distribution, ref.unique))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
