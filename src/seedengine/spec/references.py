"""What a field refers to: the row whose key it takes, directly or by way of another field."""

from __future__ import annotations

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
    return _find(scope, entity, field, ())


def _find(scope: Scope, entity: str, field: str, seen: Seen) -> Reference | None:
    value = scope.spec.entities[entity].values.get(field)
    if (entity, field) in seen:
        return None
    seen = (*seen, (entity, field))
    if isinstance(value, Ref):
        return _of_ref(scope, entity, value, seen)
    if isinstance(value, Computed) and value.expression.path:
        return _of_path(scope, entity, value.expression.path, seen)
    if isinstance(value, Aggregate) and value.summary.function == "first" and value.summary.argument.path:
        return _of_first(scope, value, value.summary.argument.path, seen)
    return None


def _of_ref(scope: Scope, entity: str, ref: Ref, seen: Seen) -> Reference | None:
    target = tuple(name for name in ref.entities if name in scope.spec.entities)
    keys = {scope.key(name) for name in target}
    single = next(iter(keys))[0] if len(keys) == 1 and len(next(iter(keys))) == 1 else None
    return _referred(scope, target, ref.column or single, (scope.drawn_name(entity, ref) or ref.entities[0],), seen)


def _of_path(scope: Scope, entity: str, path: Path, seen: Seen) -> Reference | None:
    try:
        route = scope.resolve(entity, path)
    except UnknownName:
        return None
    if route.members or route.column is None:
        return None
    if not route.hops:
        return _find(scope, entity, route.column, seen)
    return _referred(scope, scope.target_of((entity,), route.hops), route.column, route.hops, seen)


def _of_first(scope: Scope, aggregate: Aggregate, path: Path, seen: Seen) -> Reference | None:
    target = tuple(aggregate.of or path[:1])
    if len(path) > 2 or any(name not in scope.spec.entities for name in target):
        return None
    return _referred(scope, target, path[-1], None, seen)


def _referred(
    scope: Scope,
    target: tuple[str, ...],
    column: str | None,
    hops: tuple[str, ...] | None,
    seen: Seen,
) -> Reference | None:
    if not target or column is None:
        return None
    if all(column in scope.key(name) for name in target):
        return Reference(target, column, hops)
    if len(target) > 1:
        return None
    further = _find(scope, target[0], column, seen)
    if further is None:
        return None
    together = None if hops is None or further.hops is None else (*hops, *further.hops)
    return Reference(further.entities, further.column, together)
