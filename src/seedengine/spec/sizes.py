"""How many rows and how many different values a spec asks for, as far as its text shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal as Number
from fractions import Fraction
from math import prod
from typing import Any

from pydantic import BaseModel

from seedengine.spec.generators import (
    Bool,
    Choice,
    Constant,
    Cycle,
    Date,
    Datetime,
    Decimal,
    FileColumn,
    Int,
    Sequence,
    Time,
    Value,
)
from seedengine.spec.model import Entity, Spec
from seedengine.spec.scope import Scope


def fewest_rows(scope: Scope, entity: str, depth: int = 0) -> int:
    """The least number of rows that an entity can have, reckoned up to 10¹⁸."""
    return scope.remember(("fewest rows", entity, depth), lambda: min(_fewest_rows(scope, entity, depth), _ENDLESS))


def _fewest_rows(scope: Scope, entity: str, depth: int) -> int:
    spec = scope.spec.entities[entity]
    if spec.count is not None:
        return spec.count
    if spec.rows is not None:
        return len(spec.rows)
    if spec.where is not None or depth > 20:
        return 0
    if spec.per and not spec.sample:
        ((parent, quantity),) = spec.per.items()
        return fewest(quantity) * fewest_rows(scope, parent, depth + 1) if parent in scope.spec.entities else 0
    if spec.share is not None:
        rows = 1
        for each in spec.cross or spec.sample or ():
            rows = min(rows * fewest_rows(scope, each, depth + 1) if each in scope.spec.entities else 0, _ENDLESS)
        return int(rows * spec.share)
    return 0


def fewest(quantity: Value) -> int:
    """The least that a quantity can be."""
    if isinstance(quantity, Constant):
        return quantity.root if isinstance(quantity.root, int) else 0
    if isinstance(quantity, Int):
        ends = quantity.range.literals()
        return max(0, int(ends[0])) if ends else 0
    if isinstance(quantity, Choice):
        return min(fewest(each) for each in quantity.values)
    return 0


def most_rows(spec: Spec) -> int:
    """About the most rows that an entity of a checked spec may have; a computed quantity is taken for 100."""
    found: dict[str, int] = {}

    def most(name: str) -> int:
        if name not in found:
            found[name] = min(_most_rows(spec.entities[name], most), _ENDLESS)
        return found[name]

    return max(map(most, spec.entities), default=0)


_ENDLESS = 10**18


def _most_rows(entity: Entity, most: Callable[[str], int]) -> int:
    if entity.rows is not None:
        return len(entity.rows)
    if entity.per:
        ((parent, quantity),) = entity.per.items()
        return _most(quantity) * most(parent)
    if entity.sample:
        return sum(map(most, entity.sample))
    return prod(map(most, entity.cross)) if entity.cross else entity.count or 0


def _most(quantity: Value) -> int:
    if isinstance(quantity, Constant):
        return quantity.root if isinstance(quantity.root, int) else 0
    if isinstance(quantity, Int) and (ends := quantity.range.literals()):
        return int(ends[1])
    return max(map(_most, quantity.values)) if isinstance(quantity, Choice) else 100


def with_fewer_rows(spec: Spec, most: int) -> Spec | None:
    """The spec itself where none of its entities can have more rows, else one with lower counts; None if none helps."""
    for count in (None, 1_000, 10):
        fewer = spec if count is None else _with_count(spec, count)
        if most_rows(fewer) <= most:
            return fewer
    return None


def _with_count(spec: Spec, count: int) -> Spec:
    entities = {
        name: each if each.count is None else each.model_copy(update={"count": min(each.count, count)})
        for name, each in spec.entities.items()
    }
    return spec.model_copy(update={"entities": entities})


def domain_size(value: Value) -> int | None:
    """How many different values a value can have; None where the text does not show it."""
    if isinstance(value, Constant):
        return 1
    if isinstance(value, Bool):
        return 2
    if isinstance(value, Sequence) and not value.step:
        return 1
    if isinstance(value, Choice | Cycle):
        if not all(isinstance(each, Constant) for each in value.values):
            return None
        return len({(type(each.root), each.root) for each in value.values if isinstance(each, Constant)})
    if isinstance(value, FileColumn) and value.missing is None:
        return value.table.distinct(value.column)
    if isinstance(value, Int | Decimal | Date | Datetime | Time):
        ends = value.range.literals()
        return None if ends is None else steps(*ends, digits=value.range.digits) + 1
    return None


def steps(low: Any, high: Any, digits: int = 0) -> int:
    """How many steps lie between two literals: whole numbers, last digits, days, or milliseconds."""
    if isinstance(low, datetime):
        return int((high - low).total_seconds() * 1000)
    if isinstance(low, date):
        return int((high - low).days)
    if isinstance(low, time):
        return _milliseconds(high) - _milliseconds(low)
    if isinstance(low, Number) or isinstance(high, Number):
        return int((Fraction(high) - Fraction(low)) * 10**digits)
    return int(high - low)


def _milliseconds(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1000 + moment.microsecond // 1000


def rows_of_column(scope: Scope, entity: str, column: str) -> int:
    """The least number of rows that share a unique column: those of all entities of the table that fill it alike."""
    table, own = scope.spec.entities[entity].table, scope.spec.entities[entity].fields.get(column)
    if table is None:
        return fewest_rows(scope, entity)
    filling = scope.remember(("filling", table), lambda: _filling(scope, table)).get(column, [])
    if own is None:
        return sum(fewest_rows(scope, each) for each in set(scope.tables[table]).difference(filling))
    return scope.remember(("alike", table, column), lambda: _rows_alike(scope, filling, column))[_frozen(own)]


def _filling(scope: Scope, table: str) -> dict[str, list[str]]:
    """The entities of a table that fill each of its columns."""
    filling: dict[str, list[str]] = {}
    for entity in scope.tables[table]:
        for column in scope.spec.entities[entity].fields:
            filling.setdefault(column, []).append(entity)
    return filling


def _rows_alike(scope: Scope, entities: list[str], column: str) -> dict[object, int]:
    """How many rows have each of the values that a column has in these entities."""
    rows: dict[object, int] = {}
    for entity in entities:
        value = _frozen(scope.spec.entities[entity].fields[column])
        rows[value] = rows.get(value, 0) + fewest_rows(scope, entity)
    return rows


def turn_of(scope: Scope, entity: str, column: str) -> tuple[int, int]:
    """How many entities of the table have the same value under this name, and which of them this one is."""
    table = scope.spec.entities[entity].table
    turns = scope.remember(("turns", table, column), lambda: _turns(scope, scope.tables.get(table or "", ()), column))
    return turns[entity]


def _turns(scope: Scope, entities: tuple[str, ...], column: str) -> dict[str, tuple[int, int]]:
    alike: dict[object, list[str]] = {}
    for entity in entities:
        value = scope.spec.entities[entity].values.get(column)
        alike.setdefault(_frozen(value), []).append(entity)
    return {entity: (len(names), turn) for names in alike.values() for turn, entity in enumerate(names)}


def _frozen(value: object) -> object:
    """What is equal, and has a hash, exactly where the values do."""
    if isinstance(value, BaseModel):
        return type(value), *(_frozen(each) for each in value.__dict__.values())
    if isinstance(value, dict):
        return frozenset((key, _frozen(each)) for key, each in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
