"""Whether a database can take the rows of a spec: its tables, its columns, what it insists on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seedengine.catalog import Catalog, Table
from seedengine.diagnostics import Diagnostic, closest
from seedengine.spec.cleanup import RowFilter
from seedengine.spec.extends import declared
from seedengine.spec.load import Loaded
from seedengine.spec.scope import Scope
from seedengine.spec.walk import Place

_CHANGING = re.compile(
    r"\b(now|current_timestamp|current_date|current_time|localtime(stamp)?|\w*_timestamp|datetime|clock"
    r"|nextval|random|\w*random_uuid|uuid_generate\w*|uuidv?[47])\b",
    re.IGNORECASE,
)
"""What defaults read that is another in every run: a clock, a sequence, chance."""


def lacking_tables(scope: Scope, catalog: Catalog) -> tuple[str, ...]:
    """The tables of the spec that the database lacks."""
    return tuple(table for table in scope.tables if table not in catalog.tables)


def find_misfits(loaded: Loaded, scope: Scope, catalog: Catalog, *, creating: bool) -> Iterator[Diagnostic]:
    """What of a spec a database does not fit; with `creating`, missing tables are no fault."""
    for table, entities in scope.tables.items():
        held = catalog.tables.get(table)
        if held is None:
            if not creating:
                yield _missing_table(loaded, catalog, table, entities[0])
            continue
        if held.made:
            continue
        for entity in entities:
            yield from _columns(loaded, scope, entity, held)
    for table, entry in loaded.spec.cleanup.items():
        held = catalog.tables.get(table)
        if held is not None and isinstance(entry, RowFilter):
            yield from _filter_columns(loaded, held, entry, getattr(entry, "follows", None))


def _missing_table(loaded: Loaded, catalog: Catalog, table: str, entity: str) -> Diagnostic:
    near = closest(table, catalog.tables)
    help = f"did you mean `{near}`? else" if near else "create it first, or"
    location = loaded.document.location(("entities", entity), key=True)
    return Diagnostic(
        "S401",
        f"the database has no table `{table}`",
        location,
        f"{help} let `apply --create-tables` create it",
    )


def _columns(loaded: Loaded, scope: Scope, entity: str, held: Table) -> Iterator[Diagnostic]:
    fields = scope.spec.entities[entity].fields
    for field in fields:
        column = held.column(field)
        place = declared(loaded.origins, entity, "fields", field)
        if column is None:
            near = closest(field, [each.name for each in held.columns])
            help = f"did you mean `{near}`?" if near else "take the field out, or compute it in `let`"
            yield _at(loaded, "S402", f"the table `{held.name}` has no column `{field}`", place, help)
        elif column.generated:
            help = "leave it to the database: take the field out"
            yield _at(loaded, "S404", f"the column `{held.name}.{field}` is computed by the database", place, help)
    for column in held.columns:
        left = column.name not in fields and not column.generated and not column.identity
        if left and not column.nullable and column.default is None:
            message = f"the column `{held.name}.{column.name}` must be filled, and `{entity}` has no such field"
            help = f"add a field `{column.name}`: it is NOT NULL and has no default"
            yield _at(loaded, "S403", message, ("entities", entity), help)
        elif column.name not in fields and (column.identity or _CHANGING.search(column.default or "")):
            message = f"the column `{held.name}.{column.name}` is left to the database, which fills it anew every time"
            help = f"add a field `{column.name}` to `{entity}`, so that it is the same in every run"
            yield _at(loaded, "W303", message, ("entities", entity), help, warning=True)


def _filter_columns(loaded: Loaded, held: Table, entry: RowFilter, follows: str | None) -> Iterator[Diagnostic]:
    names = [column.name for column in held.columns]
    named = [column for part in entry.parts() for column in part.columns]
    for column in dict.fromkeys([*named, *([follows] if follows else [])]):
        if column not in names:
            near = closest(column, names)
            help = f"did you mean `{near}`?" if near else "name a column of that table"
            place = ("cleanup", held.name, column)
            yield _at(loaded, "S402", f"the table `{held.name}` has no column `{column}`", place, help)
    if follows in names and not any(key.columns == (follows,) for key in held.foreign_keys):
        message = f"`{held.name}.{follows}` is no foreign key"
        yield _at(
            loaded,
            "S405",
            message,
            ("cleanup", held.name, "follows"),
            "`follows` names one of its foreign keys",
        )


def _at(loaded: Loaded, code: str, message: str, place: Place, help: str, *, warning: bool = False) -> Diagnostic:
    location = loaded.document.location(place, key=True)
    return Diagnostic(code, message, location, help, "warning" if warning else "error")
