"""Which locales a value can have, as far as the text of a spec shows it."""

from __future__ import annotations

from collections.abc import Iterator

from seedengine.spec.generators import Choice, Computed, Constant, Cycle, Faker, Generator, Match, Value
from seedengine.spec.scope import LOCALE, Scope, UnknownName
from seedengine.spec.walk import Place, walk


def locales_of(scope: Scope, entity: str, value: Value | None = None, depth: int = 0) -> tuple[str, ...]:
    """The locales that `value` names, or else those of the entity; empty where only the rows tell."""
    if value is None:
        value = scope.spec.entities[entity].locale or scope.spec.locale
    if isinstance(value, Constant):
        return (value.root,) if isinstance(value.root, str) else ()
    if isinstance(value, Choice | Cycle):
        return _all(scope, entity, value.values, depth)
    if isinstance(value, Match):
        return _all(scope, entity, tuple(value.cases.values()), depth)
    if isinstance(value, Computed) and value.expression.path and depth < 20:
        return _along(scope, entity, value.expression.path, depth)
    return ()


def faker_calls(scope: Scope, entity: str, value: Value) -> Iterator[tuple[Place, Faker, tuple[str, ...]]]:
    """Every call of Faker in a value of an entity, with its place there and the locales that it can have."""
    around: dict[Place, Value] = {}
    for place, node in walk(value):
        if isinstance(node, Generator) and node.locale is not None:
            around[place] = node.locale
        if isinstance(node, Faker):
            nearest = next((own for end in range(len(place), -1, -1) if (own := around.get(place[:end]))), None)
            yield place, node, locales_of(scope, entity, nearest)


def _all(scope: Scope, entity: str, values: tuple[Value, ...], depth: int) -> tuple[str, ...]:
    found = [locales_of(scope, entity, each, depth + 1) for each in values]
    return tuple(dict.fromkeys(locale for each in found for locale in each))


def _along(scope: Scope, entity: str, path: tuple[str, ...], depth: int) -> tuple[str, ...]:
    try:
        route = scope.resolve(entity, path)
    except UnknownName:
        return ()
    found: list[str] = []
    for target in scope.target_of((entity,), route.hops):
        values = scope.spec.entities[target].values
        if route.column == LOCALE and LOCALE not in values:
            found += locales_of(scope, target, None, depth + 1)
        elif route.column in values and not route.members:
            found += locales_of(scope, target, values[route.column], depth + 1)
    return tuple(dict.fromkeys(found))
