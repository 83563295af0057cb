"""Every expression of a spec together with whose row its names belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from seedengine.spec.expressions import Expression, Path
from seedengine.spec.extends import Origins, declared
from seedengine.spec.generators import Aggregate, ListOf, Ref, Value
from seedengine.spec.scope import BUILTINS, Route, Scope, UnknownName
from seedengine.spec.walk import Place, beneath, walk

THIS = "this"
"""In a ref's `where`, the row itself, where bare names are the candidate's."""

ELEMENT = "i"
"""The number of an element within a `list`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose row the names of an expression belong to.

    `name` may stand before a path for that row itself; `required` says that it must. `this` is the entity that `this`
    means, `in_list` whether `i` does.
    """

    entities: tuple[str, ...]
    name: str | None = None
    required: bool = False
    this: str | None = None
    in_list: bool = False

    def resolve(self, scope: Scope, path: Path) -> tuple[tuple[str, ...], Route]:
        """The entities that a path starts from, and the way along it; raises UnknownName."""
        if self.this is not None and path[0] == THIS:
            if len(path) == 1:
                raise UnknownName("`this` is a row, not a value", "name a field of it: `this.id`")
            return (self.this,), scope.resolve(self.this, path[1:])
        if self.in_list and path == (ELEMENT,):
            return self.entities, Route((), ELEMENT)
        if self.name is not None and path[0] == self.name:
            return self.entities, scope.resolve_in(self.entities, path[1:]) if path[1:] else Route()
        if self.required:
            raise UnknownName(f"`{path[0]}` is not the child", f"name its fields as `{self.name}.…`, or say `of:`")
        if len(self.entities) != 1 and path[0] in BUILTINS:
            return self.entities, Route((), path[0])
        return self.entities, scope.resolve_in(self.entities, path)


@dataclass(frozen=True, slots=True)
class Reading:
    """One expression of an entity; `node` is the value that it serves, "" where it says which rows there are."""

    entity: str
    node: str
    place: Place
    expression: Expression
    reader: Reader


def readings(scope: Scope, origins: Origins) -> Iterator[Reading]:
    """Every expression of the spec, in its order."""
    for entity in scope.spec.entities:
        yield from _structure(scope, origins, entity)
        for kind, name, value in named_values(scope, entity):
            place = declared(origins, entity, kind, name)
            yield from _of_value(scope, entity, name, place, value, Reader((entity,)))


def named_values(scope: Scope, entity: str) -> Iterator[tuple[str, str, Value]]:
    """The values of an entity that have a name: its locale, `let` and fields, each with its kind."""
    spec = scope.spec.entities[entity]
    if spec.locale is not None:
        yield "", "locale", spec.locale
    for name, value in spec.let.items():
        yield "let", name, value
    for name, value in spec.fields.items():
        yield "fields", name, value


def candidate(scope: Scope, entity: str) -> Reader:
    """Whose names stand in the `where` and in the quantity of an entity: those of the row that it stands under."""
    spec = scope.spec.entities[entity]
    parents = scope.parents(entity)
    if spec.cross or not parents:
        return Reader((entity,))
    name, entities = next(iter(parents.items()))
    return Reader(entities, name)


def quantity_reader(scope: Scope, entity: str) -> Reader:
    """Whose names stand in the quantity of `per`: those of the parent."""
    parent = scope.spec.entities[entity].parent
    return Reader((parent,), parent) if parent in scope.spec.entities else Reader((entity,))


def children(aggregate: Aggregate, scope: Scope) -> Reader | None:
    """Whose names stand in an aggregate: those of the child that `of` or the expression names; None if neither does."""
    known = scope.spec.entities
    if aggregate.of:
        entities = tuple(name for name in aggregate.of if name in known)
        return Reader(entities, entities[0] if len(entities) == 1 else None) if entities else None
    named = [path[0] for path in aggregate.summary.argument.paths if path[0] in known]
    return Reader((named[0],), named[0]) if named else None


def _structure(scope: Scope, origins: Origins, entity: str) -> Iterator[Reading]:
    spec = scope.spec.entities[entity]
    if spec.where is not None:
        place = declared(origins, entity, "", "where")
        yield Reading(entity, "", place, spec.where, candidate(scope, entity))
    for name, quantity in (spec.per or {}).items():
        place = (*declared(origins, entity, "", "per"), name)
        yield from _of_value(scope, entity, "", place, quantity, quantity_reader(scope, entity))


def _of_value(scope: Scope, entity: str, node: str, place: Place, value: Value, reader: Reader) -> Iterator[Reading]:
    special: dict[Place, Reader | None] = {}
    lists: set[Place] = set()
    for sub, inner in walk(value):
        if isinstance(inner, ListOf):
            lists.add((*sub, "list"))
        if isinstance(inner, Ref):
            entities = tuple(name for name in inner.entities if name in scope.spec.entities)
            special[*sub, "where"] = Reader(entities, this=entity) if entities else None
        if isinstance(inner, Aggregate):
            found = children(inner, scope)
            special[*sub, "aggregate"] = replace(found, required=not inner.of) if found else None
            special[*sub, "where"] = special[*sub, "order_by"] = found
        if isinstance(inner, Expression):
            within = beneath(sub, special)
            own = special[within] if within is not None else _in_list(reader, sub, lists)
            if own is not None:
                yield Reading(entity, node, (*place, *sub), inner, own)


def _in_list(reader: Reader, sub: Place, lists: set[Place]) -> Reader:
    return reader if beneath(sub, lists) is None else replace(reader, in_list=True)
