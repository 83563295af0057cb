"""SQLite's refusals in plain words."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy.exc

from seedengine.diagnostics import DatabaseError
from seedengine.targets.protocol import RowRefused

_CONSTRAINT = re.compile(r"(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: (.*))?", re.DOTALL)


@contextmanager
def translated(file: str) -> Iterator[None]:
    """Whatever the driver raises inside becomes a DatabaseError of one line."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        refusal = explain(error.orig, file)
    except sqlite3.Error as error:
        refusal = explain(error, file)
    else:
        return
    raise refusal


def explain(error: BaseException | None, file: str) -> DatabaseError:
    """What a statement other than a load ran into: by its code, for the words may be those of a trigger."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseError(f"`{file}` is locked by another program", "close it, or wait until it is done")
        case sqlite3.SQLITE_NOTADB:
            return DatabaseError(f"`{file}` is not an SQLite database", "give another file")
        case sqlite3.SQLITE_CORRUPT:
            return DatabaseError(f"`{file}` is damaged: {error}", "restore it, or give another file")
        case sqlite3.SQLITE_READONLY:
            return DatabaseError(f"`{file}` cannot be written", "change its permissions, or give another file")
        case sqlite3.SQLITE_CANTOPEN:
            return DatabaseError(f"`{file}` cannot be opened", "look at its permissions and those of its folder")
        case _:
            return DatabaseError(f"SQLite refuses: {error}", None)


def rows_left_out(table: str, inserted: int, given: int) -> DatabaseError:
    """Nothing complained, and yet another number of rows was inserted than was given."""
    return DatabaseError(
        f"{inserted} rows were inserted into `{table}` where {given} were given",
        "a trigger of the database was in the way; nothing was changed",
    )


def explain_row(text: str, table: str, row: int | None) -> RowRefused:
    """What the insertion of one row ran into."""
    match = _CONSTRAINT.match(text)
    if match is None:
        return RowRefused(f"`{table}` refuses the row: {text}", table, row, None)
    columns = [each.strip().rpartition(".")[2] for each in (match[2] or "").split(",") if each]
    column = columns[0] if len(columns) == 1 and match[1] != "CHECK" else None
    match match[1]:
        case "UNIQUE":
            message = f"`{table}` already holds a row with this {', '.join(f'`{each}`' for each in columns)}"
            help = "a row that is not this spec's may hold it: change that row, or the value in the spec"
        case "NOT NULL":
            message, help = f"`{table}.{column}` takes no NULL", "fill it in the spec, without `nulls`"
        case "CHECK":
            message, help = f"the check `{match[2]}` of `{table}` refuses the row", "make values that it allows"
        case _:
            message = f"`{table}` refers to a row that does not exist"
            help = "let the field draw from an entity of that table with `ref`"
    return RowRefused(message, table, row, column, help)
