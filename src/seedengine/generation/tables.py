"""The tables that the rows of a spec need: columns with their types, keys, foreign keys, unique and NOT NULL."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from seedengine.catalog import Column, Table
from seedengine.generation.columns import DifferentTypes, common_type, instance, members
from seedengine.generation.entity import column_types
from seedengine.generation.expressions import type_name
from seedengine.generation.world import World
from seedengine.spec.extends import NULL
from seedengine.spec.foreign_keys import foreign_keys
from seedengine.spec.generators import Computed, Generator, Ref, Uuid
from seedengine.spec.nullability import may_be_missing
from seedengine.spec.references import find_reference
from seedengine.spec.scope import Scope, UnknownName

_TYPES: dict[type[pl.DataType], str] = {
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "double precision",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Datetime: "timestamptz",
    pl.Time: "time",
    pl.String: "text",
    pl.Null: "text",
}
_INTERVAL = {"months", "days", "microseconds"}


class DifferentColumns(Exception):
    """An entity fills a column of its table with another type than those before it do."""

    def __init__(self, entity: str, column: str, before: str, own: str) -> None:
        super().__init__(f"`{column}` of `{entity}` is {own}, and {before} in the entity before it")
        self.entity, self.column, self.before, self.own = entity, column, before, own


def table_types(world: World, table: str) -> dict[str, pl.DataType]:
    """The columns of a table, those of all its entities, each with the type that holds the values of them all.

    Raises DifferentColumns, and GenerationFault as `column_types` does.
    """
    found: dict[str, pl.DataType] = {}
    for entity in world.scope.tables[table]:
        for name, dtype in column_types(world, entity).items():
            try:
                found[name] = common_type(found.get(name, pl.Null()), dtype)
            except DifferentTypes as error:
                raise DifferentColumns(entity, name, type_name(error.left), type_name(error.right)) from None
    return found


def build_tables(world: World) -> dict[str, Table]:
    """Every table that is written, as it would be created, with types by PostgreSQL's names."""
    keys = foreign_keys(world.scope)
    tables = {}
    for table, entities in world.scope.tables.items():
        types = table_types(world, table)
        key = world.scope.key(entities[0])
        columns = tuple(
            Column(
                name,
                _type(world.scope, table, name, dtype),
                name not in key and _nullable(world.scope, table, name),
            )
            for name, dtype in types.items()
        )
        unique = tuple(each for each in dict.fromkeys(_unique(world.scope, table)) if set(each) != set(key))
        tables[table] = Table(table, columns, key, keys[table], unique)
    return tables


def _type(scope: Scope, table: str, column: str, dtype: pl.DataType) -> str:
    for entity in scope.tables[table]:
        value = scope.spec.entities[entity].fields.get(column)
        if isinstance(value, Generator) and value.type is not None:
            return value.type
    filling = _filling(scope, table, column)
    if dtype == pl.String and filling and all(_is_uuid(scope, entity, column) for entity in filling):
        return "uuid"
    return sql_type(dtype)


def sql_type(dtype: pl.DataType) -> str:
    """PostgreSQL's name for a type of the engine."""
    if isinstance(dtype, pl.Decimal):
        return f"numeric(38,{dtype.scale})"
    if isinstance(dtype, pl.Struct):
        return "interval" if set(members(dtype)) == _INTERVAL else "jsonb"
    if isinstance(dtype, pl.List):
        inner = sql_type(instance(dtype.inner))
        return "jsonb" if inner == "jsonb" or inner.endswith("[]") else f"{inner}[]"
    return _TYPES[dtype.base_type()]


def _filling(scope: Scope, table: str, column: str) -> list[str]:
    """The entities that fill a column with more than NULL."""
    fields = {entity: scope.spec.entities[entity].fields for entity in scope.tables[table]}
    return [entity for entity, own in fields.items() if own.get(column, NULL) != NULL]


def _is_uuid(scope: Scope, entity: str, column: str, depth: int = 0) -> bool:
    value = scope.spec.entities[entity].values.get(column)
    if isinstance(value, Uuid):
        return True
    if depth > 20:
        return False
    if isinstance(value, Ref):
        targets = [(name, value.column or next(iter(scope.key(name)), "")) for name in value.entities]
        return all(_is_uuid(scope, name, field, depth + 1) for name, field in targets)
    if isinstance(value, Computed) and value.expression.path:
        try:
            route = scope.resolve(entity, value.expression.path)
        except UnknownName:
            return False
        targets = [(name, route.column or "") for name in scope.target_of((entity,), route.hops)]
        return not route.members and all(_is_uuid(scope, name, field, depth + 1) for name, field in targets)
    reference = find_reference(scope, entity, column)
    return reference is not None and all(
        _is_uuid(scope, name, reference.column, depth + 1) for name in reference.entities
    )


def _nullable(scope: Scope, table: str, column: str) -> bool:
    entities = scope.tables[table]
    return any(
        column not in scope.spec.entities[entity].fields or may_be_missing(scope, entity, column) for entity in entities
    )


def _unique(scope: Scope, table: str) -> Iterator[tuple[str, ...]]:
    """The column sets that some entity of the table wants unique, which hold for the table."""
    for entity in scope.tables[table]:
        for name, value in scope.spec.entities[entity].fields.items():
            if isinstance(value, Generator) and value.unique:
                together = value.unique if isinstance(value.unique, tuple) else ()
                if all(field in scope.spec.entities[entity].fields for field in together):
                    yield (*together, name)
