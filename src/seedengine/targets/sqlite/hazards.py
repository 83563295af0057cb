"""What else will happen in an SQLite file when rows go and come, in words."""

import re
from collections.abc import Collection, Iterator

import sqlalchemy as sa

_TRIGGERS = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY tbl_name, name"
_NAMES = re.compile(r"""--[^\n]*|/\*.*?\*/|"(?:[^"]|"")*"|\[[^\]]*\]|`(?:[^`]|``)*`|'(?:[^']|'')*'""", re.DOTALL)
"""Comments, and names and texts in quotes, in which anything may stand."""

_EVENT = re.compile(r"\b(DELETE|INSERT|UPDATE)\b(?:\s+OF\b.*?)?\s+ON\b", re.IGNORECASE | re.DOTALL)


def find_hazards(
    connection: sa.Connection, going: Collection[str], filled: Collection[str], changed: Collection[str]
) -> Iterator[str]:
    """What the triggers do that act when rows of the tables `going` go, `filled` come, and `changed` are updated."""
    for table, name, word in acting_triggers(connection, going, filled, changed):
        yield (
            f"the trigger `{name}` of `{table}` acts when rows are {word}: where it changes other rows, the run is "
            "refused"
        )


def acting_triggers(
    connection: sa.Connection, going: Collection[str], filled: Collection[str], changed: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Table, name and moment of each of these triggers."""
    tables = {"DELETE": (going, "deleted"), "INSERT": (filled, "inserted"), "UPDATE": (changed, "updated")}
    for table, name, text in connection.exec_driver_sql(_TRIGGERS).fetchall():
        event = _EVENT.search(_NAMES.sub(" x ", text))
        concerned, word = tables[event[1].upper()] if event else ((), "")
        if table in concerned:
            yield table, name, word
