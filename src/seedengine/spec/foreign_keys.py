"""Foreign keys between the tables of a spec, as its refs tell them."""

from __future__ import annotations

from collections.abc import Iterator

from seedengine.catalog import ForeignKey
from seedengine.spec.references import Reference, find_reference
from seedengine.spec.scope import Scope


def foreign_keys(scope: Scope) -> dict[str, tuple[ForeignKey, ...]]:
    """The foreign keys of every table that is written: what all of its entities with those columns agree on."""
    found: dict[str, dict[tuple[str, ...], set[ForeignKey | None]]] = {}
    for table, entities in scope.tables.items():
        for entity in entities:
            own = {key.columns: key for key in _of_entity(scope, entity)}
            by_columns = found.setdefault(table, {})
            for columns, key in own.items():
                by_columns.setdefault(columns, set()).add(key)
            for columns in by_columns:
                if columns not in own and all(_is_reference(scope, entity, column) for column in columns):
                    by_columns[columns].add(None)
    return {table: tuple(_agreed(found.get(table, {}))) for table in scope.tables}


def _agreed(by_columns: dict[tuple[str, ...], set[ForeignKey | None]]) -> Iterator[ForeignKey]:
    for keys in by_columns.values():
        (key, *others) = keys
        if key is not None and not others:
            yield key


def _is_reference(scope: Scope, entity: str, field: str) -> bool:
    return find_reference(scope, entity, field) is not None


def _of_entity(scope: Scope, entity: str) -> Iterator[ForeignKey]:
    groups: dict[tuple[object, tuple[str, ...]], dict[str, list[str]]] = {}
    for field in scope.spec.entities[entity].fields:
        reference = find_reference(scope, entity, field)
        if reference is not None and _table(scope, reference) is not None:
            way: object = reference.hops if reference.hops is not None else field
            taken = groups.setdefault((way, reference.entities), {})
            taken.setdefault(reference.column, []).append(field)
    for (_, entities), taken in groups.items():
        key = scope.key(entities[0])
        table = scope.spec.entities[entities[0]].table
        if table is None or any(column not in taken for column in key):
            continue
        if len(key) == 1:
            yield from (ForeignKey((field,), table, key) for field in taken[key[0]])
        else:
            yield ForeignKey(tuple(taken[column][0] for column in key), table, key)


def _table(scope: Scope, reference: Reference) -> str | None:
    """The one table of the entities that a reference leads to, if there is one."""
    tables = {scope.spec.entities[name].table for name in reference.entities}
    return tables.pop() if len(tables) == 1 else None
