"""Which columns of which rows a field copies, and what it refers to: the row whose key is among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seedengine.spec.expressions import Path
from seedengine.spec.generators import Aggregate, Computed, Ref
from seedengine.spec.scope import Scope, UnknownName

Seen = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a field refers to: the entities, their column that it takes, and the relations that lead there.

    `hops` is None where no relation of the row leads there (the first of an aggregate).
    """

    entities: tuple[str, ...]
    column: str
    hops: tuple[str, ...] | None


def find_reference(scope: Scope, entity: str, field: str) -> Reference | None:
    """What a field refers to, directly or by taking another field that refers; None where it refers to nothing."""
    copied = _find(scope, entity, field, ())
    return next((each for each in copied if all(each.column in scope.key(name) for name in each.entities)), None)


def find_copied(scope: Scope, entity: str, field: str) -> tuple[Reference, ...]:
    """The columns that a field takes its value from, each copying the next one; none where it makes its own."""
    return tuple(_find(scope, entity, field, ()))


def _find(scope: Scope, entity: str, field: str, seen: Seen) -> Iterator[Reference]:
    value = scope.spec.entities[entity].values.get(field)
    if (entity, field) in seen:
        return
    seen = (*seen, (entity, field))
    if isinstance(value, Ref):
        target = tuple(name for name in value.entities if name in scope.spec.entities)
        keys = {scope.key(name) for name in target}
        single = next(iter(keys))[0] if len(keys) == 1 and len(next(iter(keys))) == 1 else None
        hops = (scope.drawn_name(entity, value) or value.entities[0],)
        yield from _from(scope, target, value.column or single, hops, seen)
    elif isinstance(value, Computed) and value.expression.path:
        yield from _from_path(scope, entity, value.expression.path, seen)
    elif isinstance(value, Aggregate) and value.summary.function == "first" and value.summary.argument.path:
        path = value.summary.argument.path
        if len(path) <= 2:
            yield from _from(scope, tuple(value.of or path[:1]), path[-1], None, seen)


def _from_path(scope: Scope, entity: str, path: Path, seen: Seen) -> Iterator[Reference]:
    try:
        route = scope.resolve(entity, path)
    except UnknownName:
        return
    if route.members or route.column is None:
        return
    if route.hops:
        yield from _from(scope, scope.target_of((entity,), route.hops), route.column, route.hops, seen)
    else:
        yield from _find(scope, entity, route.column, seen)


def _from(
    scope: Scope, target: tuple[str, ...], column: str | None, hops: tuple[str, ...] | None, seen: Seen
) -> Iterator[Reference]:
    if not target or column is None or any(name not in scope.spec.entities for name in target):
        return
    yield Reference(target, column, hops)
    for further in _find(scope, target[0], column, seen) if len(target) == 1 else ():
        together = None if hops is None or further.hops is None else (*hops, *further.hops)
        yield Reference(further.entities, further.column, together)
