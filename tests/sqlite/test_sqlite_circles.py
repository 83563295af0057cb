"""Rows of tables that refer to each other in any way, with any foreign key action: what goes is what hangs together."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedengine.diagnostics import DatabaseError
from seedengine.spec.cleanup import RowFilter
from seedengine.targets.protocol import Removal
from seedengine.targets.sqlite import unwinding
from seedengine.targets.url import open_target

TABLES = ("a", "b", "c")
SEEDED = RowFilter.model_validate({"who": {"equals": "seed"}})
Rows = Mapping[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Key:
    """A foreign key of a generated table: its target, its action, and whether its column takes a NULL."""

    target: str
    action: str
    nullable: bool


KEYS = st.builds(
    Key,
    st.sampled_from(TABLES),
    st.sampled_from(["NO ACTION", "RESTRICT", "SET NULL", "SET DEFAULT", "CASCADE"]),
    st.integers(0, 5).map(bool),
)
SCHEMAS = st.fixed_dictionaries({table: st.lists(KEYS, max_size=2) for table in TABLES})


def rows_of(schema: Mapping[str, list[Key]], size: int) -> st.SearchStrategy[Rows]:
    """As many rows in each table, whose references all lead somewhere."""

    def table(keys: list[Key]) -> st.SearchStrategy[list[tuple[object, ...]]]:
        there = st.integers(1, size)
        references = (there | st.none() if key.nullable else there for key in keys)
        row = st.tuples(st.sampled_from(["seed", "seed", "real"]), *references)
        return st.lists(row, min_size=size, max_size=size)

    return st.fixed_dictionaries({name: table(keys) for name, keys in schema.items()})


def make(path: Path, schema: Mapping[str, list[Key]], rows: Rows) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, keys in schema.items():
            columns = (
                f", k{place} INT {'' if key.nullable else 'NOT NULL'} REFERENCES {key.target} ON DELETE {key.action}"
                for place, key in enumerate(keys)
            )
            connection.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, who TEXT{''.join(columns)})")
            for number, row in enumerate(rows[name], 1):
                places = ", ".join("?" * (len(row) + 1))
                connection.execute(f"INSERT INTO {name} VALUES ({places})", [number, *row])


def read(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in TABLES}


def staying(schema: Mapping[str, list[Key]], there: Rows) -> Rows:
    """The rows that neither are the seed's nor hang on one that goes."""
    gone = {(name, row[0]) for name, rows in there.items() for row in rows if row[1] == "seed"}
    while True:
        more = {
            (name, row[0])
            for name, rows in there.items()
            for row in rows
            for key, value in zip(schema[name], row[2:], strict=True)
            if (key.target, value) in gone
        }
        if more <= gone:
            return {name: [row for row in rows if (name, row[0]) not in gone] for name, rows in there.items()}
        gone |= more


def clean(path: Path) -> None:
    with open_target(f"sqlite:///{path}").begin() as transaction:
        transaction.find([Removal(table, SEEDED) for table in TABLES])
        transaction.delete()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.parametrize("few", [2, unwinding.FEW_ACTIONS])
def test_what_hangs_together_goes_and_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, data: st.DataObject
) -> None:
    monkeypatch.setattr(unwinding, "FEW_ACTIONS", few)
    schema = data.draw(SCHEMAS)
    path = tmp_path / "app.db"
    make(path, schema, data.draw(st.integers(1, 6).flatmap(lambda size: rows_of(schema, size))))
    before = read(path)
    try:
        clean(path)
    except DatabaseError:
        # Nobody can take rows apart that refer to each other by keys which may not be NULL.
        assert not all(key.nullable for keys in schema.values() for key in keys)
        assert read(path) == before
    else:
        assert read(path) == staying(schema, before)


def test_circles_by_keys_of_several_columns(tmp_path: Path) -> None:
    """In a table without row numbers, whose texts compare in any case."""
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        for name in TABLES:
            connection.executescript(
                f"CREATE TABLE {name} (id TEXT COLLATE NOCASE, n INT, who TEXT, up TEXT, up_n INT, "
                f"PRIMARY KEY (id, n), FOREIGN KEY (up, up_n) REFERENCES {name} ON DELETE SET NULL) WITHOUT ROWID;"
                f"INSERT INTO {name} VALUES ('x', 1, 'seed', 'X', 2), ('X', 2, 'seed', 'x', 1), "
                "('y', 1, 'seed', 'X', 1), ('y', 2, 'real', 'Y', 3), ('y', 3, 'real', 'y', 2), "
                "('z', 1, 'real', 'x', NULL), ('z', 2, 'real', 'Y', 1)"
            )
    clean(path)
    left = [("y", 2, "real", "Y", 3), ("y", 3, "real", "y", 2), ("z", 1, "real", "x", None)]
    assert read(path) == dict.fromkeys(TABLES, left)
