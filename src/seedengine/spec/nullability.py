"""Whether a field may be NULL, as far as the text of a spec shows it; in doubt it may."""

from __future__ import annotations

from seedengine.spec.expressions import Expression
from seedengine.spec.generators import (
    Aggregate,
    Choice,
    Computed,
    Constant,
    Cycle,
    FileColumn,
    Generator,
    Match,
    Pick,
    PythonCall,
    Ref,
    Value,
)
from seedengine.spec.scope import BUILTINS, Scope, UnknownName

Seen = tuple[tuple[str, str], ...]

_MAY_GIVE_NULL = ("null", "case", "[")
"""What makes NULL of values that are not: besides calls, which are not looked into."""


def may_be_missing(scope: Scope, entity: str, name: str, seen: Seen = ()) -> bool:
    """Whether a field or `let` of an entity may be NULL in some row."""
    value = scope.spec.entities[entity].values.get(name)
    if value is None:
        return name not in BUILTINS and name != "locale"
    return (entity, name) in seen or _value(scope, entity, value, (*seen, (entity, name)))


def _value(scope: Scope, entity: str, value: Value, seen: Seen) -> bool:
    if isinstance(value, Constant):
        return value.root is None
    if isinstance(value, Generator) and (value.nulls or _skips(scope, entity, value, seen)):
        return True
    if isinstance(value, FileColumn):
        return value.has_empty and (value.missing is None or _value(scope, entity, value.missing, seen))
    if isinstance(value, Choice | Cycle):
        return any(_value(scope, entity, each, seen) for each in value.values)
    if isinstance(value, Match):
        some = any(_value(scope, entity, each, seen) for each in value.cases.values())
        return some or value.otherwise is None or _value(scope, entity, value.otherwise, seen)
    if isinstance(value, Pick | PythonCall):
        return True
    if isinstance(value, Computed):
        return _expression(scope, entity, value.expression, seen)
    if isinstance(value, Aggregate):
        return value.summary.function not in ("count", "list") and value.empty is None
    if isinstance(value, Ref):
        return _ref(scope, entity, value, seen)
    return False


def _skips(scope: Scope, entity: str, value: Generator, seen: Seen) -> bool:
    """Whether `when` leaves rows without a value."""
    if value.when is None or isinstance(value, Match):
        return value.when is not None
    return value.otherwise is None or _value(scope, entity, value.otherwise, seen)


def _ref(scope: Scope, entity: str, ref: Ref, seen: Seen) -> bool:
    name = scope.drawn_name(entity, ref)
    draw = scope.draws(entity).get(name) if name else None
    if draw is not None and any(each.nulls for each in draw.refs):
        return True
    columns = [(target, ref.column or next(iter(scope.key(target)), "")) for target in ref.entities]
    return any(may_be_missing(scope, target, column, seen) for target, column in columns)


def _expression(scope: Scope, entity: str, expression: Expression, seen: Seen) -> bool:
    text = expression.source.lower()
    if expression.functions or any(word in text for word in _MAY_GIVE_NULL):
        return True
    return any(_path(scope, entity, path, seen) for path in expression.paths)


def _path(scope: Scope, entity: str, path: tuple[str, ...], seen: Seen) -> bool:
    try:
        route = scope.resolve(entity, path)
    except UnknownName:
        return True
    if route.column is None or route.members:
        return True
    entities: tuple[str, ...] = (entity,)
    for hop in route.hops:
        draws = [scope.draws(each).get(hop) for each in entities]
        if any(draw is not None and any(ref.nulls for ref in draw.refs) for draw in draws):
            return True
        entities = scope.target_of(entities, (hop,))
    return any(may_be_missing(scope, each, route.column, seen) for each in entities)
