"""Which tables a run cleans, why, and in which order: children before what they hang on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from seedengine.catalog import Catalog, ForeignKey, Table
from seedengine.spec.cleanup import TableFilter
from seedengine.spec.nullability import may_be_missing
from seedengine.spec.scope import Scope

How = Literal["filter", "generated", "everything", "hangs"]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One table that is cleaned: by its filter, of the rows that the spec generates, of every row, or of what hangs."""

    table: str
    how: How
    on: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The reason in words."""
        if self.how == "filter":
            return "its filter" + (f", and what hangs on {_listed(self.on)}" if self.on else "")
        if self.how == "generated":
            return "the rows that this spec generates"
        return "all rows: the table is ours" if self.how == "everything" else f"what hangs on {_listed(self.on)}"


def plan_cleaning(scope: Scope, order: tuple[str, ...], tables: Mapping[str, Table]) -> list[Cleaning]:
    """The tables that are cleaned, children first.

    `order` is that of insertion, `tables` are all those of the database and those that will be created.
    """
    roots = _roots(scope, order, tables)
    keys = {name: _deciding(scope, table) for name, table in tables.items()}
    reached = dict(roots)
    growing = True
    while growing:
        more = [name for name, own in keys.items() if name not in reached and any(key.target in reached for key in own)]
        reached.update(dict.fromkeys(more, "hangs"))
        growing = bool(more)
    cleanings = {
        name: Cleaning(name, how, tuple(dict.fromkeys(key.target for key in keys[name] if key.target in reached)))
        for name, how in reached.items()
    }
    return [cleanings[name] for name in _children_first(keys, cleanings)]


def _roots(scope: Scope, order: tuple[str, ...], tables: Mapping[str, Table]) -> dict[str, How]:
    """The tables whose rows go of themselves."""
    roots: dict[str, How] = {}
    cleaned: set[str] = set()
    for name, entry in scope.spec.cleanup.items():
        if name in tables and (entry == "generated" or not entry.is_empty()):
            roots[name] = "generated" if entry == "generated" else "filter"
            cleaned.add(name)
    for name in order:
        if name not in cleaned and name in tables:
            if not any(_hangs(scope, name, key, cleaned) for key in _deciding(scope, tables[name])):
                roots[name] = "everything" if tables[name].made else "generated"
            cleaned.add(name)
    return roots


def _deciding(scope: Scope, table: Table) -> tuple[ForeignKey, ...]:
    """The foreign keys by which a row of a table hangs on another: all, or the one that `follows` names."""
    entry = scope.spec.cleanup.get(table.name)
    if isinstance(entry, TableFilter) and entry.follows is not None:
        return tuple(key for key in table.foreign_keys if key.columns == (entry.follows,))
    return table.foreign_keys


def _hangs(scope: Scope, table: str, key: ForeignKey, cleaned: set[str]) -> bool:
    """Whether every row that the spec makes for a table hangs on a cleaned one by this key."""
    if key.target not in cleaned or key.target == table:
        return False
    return all(
        column in scope.spec.entities[entity].fields and not may_be_missing(scope, entity, column)
        for entity in scope.tables.get(table, ())
        for column in key.columns
    )


def _children_first(keys: Mapping[str, tuple[ForeignKey, ...]], names: Mapping[str, object]) -> list[str]:
    """The names so that what hangs comes before what it hangs on; a circle is cut where it closes."""
    needs = {name: [key.target for key in keys[name] if key.target in names and key.target != name] for name in names}
    while True:
        try:
            return list(reversed(tuple(TopologicalSorter(needs).static_order())))
        except CycleError as error:
            target, table = error.args[1][:2]
            needs[table] = [each for each in needs[table] if each != target]


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def spec_and_database(scope: Scope, catalog: Catalog | None, own: Mapping[str, Table]) -> dict[str, Table]:
    """Every table: as the database has it, and those of the spec that it lacks.

    Without a database, the tables that the cleanup names are taken to be there.
    """
    named = {} if catalog else {name: Table(name, ()) for name in scope.spec.cleanup}
    return {**named, **own, **(catalog.tables if catalog else {})}
