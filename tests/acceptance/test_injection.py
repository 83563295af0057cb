"""Names, values and filters that could be taken for SQL: written as they are, or refused, and nothing else happens."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from nasty import NAMES, NOTHING, TABLES, TOO_LONG, VALUES, refused, shown, spec, written
from victims import Database, Rows, apply, held, literal, quoted, stand_alone, victim

COMMANDS = ("validate", "apply", "plan", "plan", "apply", "clean")
"""In this order; each is called with a spec and `--database-url`."""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_alone(monkeypatch, tmp_path)


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Database]:
    with victim(request.param, tmp_path, new_database) as made:
        yield made


def run_all(database: Database, path: Path, made: Mapping[str, Rows], cleaned: Mapping[str, Rows]) -> None:
    """Run every command, as text and, the second time, as JSON; queries that give other rows afterwards are named."""
    said: set[str] = set()
    for command in COMMANDS:
        form = ("--format", "json") if command in said else ()
        outcome = shown(*command.split(), path, "--database-url", database.url, *form, terminal=not form)
        assert outcome.code == 0, f"{command}: {outcome.out}{outcome.err}"
        said.add(command)
        expected = {"apply": made, "clean": cleaned}.get(command, {})
        different = {query: (database.query(query), rows) for query, rows in expected.items()}
        assert all(found == rows for found, rows in different.values()), different


def test_names_of_tables_columns_and_constraints(database: Database) -> None:
    names, tables = held(NAMES, database), held(TABLES, database)
    columns = ", ".join(
        f"{quoted(name)} text CONSTRAINT {quoted(name)} CHECK ({quoted(name)} <> 'no')" for name in names
    )
    database.execute(f"CREATE TABLE wide (id text PRIMARY KEY, {columns})")
    wide = {"key": "id", "rows": [{"id": "1", **{name: name for name in names}}]}
    entities: dict[str, Any] = {"wide": wide}
    keys, made, cleaned = [], {"SELECT * FROM wide": [("1", *names)]}, {"SELECT * FROM wide": Rows()}
    for number, name in enumerate(tables):
        database.execute(
            f"CREATE TABLE {quoted(name)} (id text PRIMARY KEY, {quoted(name)} text)",
            f"INSERT INTO {quoted(name)} VALUES ('somebody', 'somebody')",
        )
        entities[f"e{number}"] = {"table": name, "count": 1, "fields": {"id": {"uuid": {}}, name: name}}
        keys.append(f"{quoted(name)} text CONSTRAINT {quoted(name)} REFERENCES {quoted(name)} (id)")
        query = f"SELECT {quoted(name)} FROM {quoted(name)} ORDER BY id = 'somebody'"
        made[query], cleaned[query] = [(name,), ("somebody",)], [("somebody",)]
    database.execute(f"CREATE TABLE below (id text PRIMARY KEY, {', '.join(keys)})")
    refs = {name: {"ref": f"e{number}"} for number, name in enumerate(tables)}
    entities["below"] = {"count": 1, "fields": {"id": {"uuid": {}}, **refs}}
    cleanup = {"wide": {"id": {"equals": "1"}}, **{name: {name: {"equals": name}} for name in tables}}
    run_all(database, written(spec(entities, cleanup=cleanup)), made, cleaned)


def test_names_of_tables_that_are_created(database: Database) -> None:
    names, tables = held(NAMES, database), held(TABLES, database)
    entities = {
        f"e{number}": {"table": name, "key": name, "rows": [{name: name}], "fields": {}}
        for number, name in enumerate(tables)
    }
    refs = {name: {"ref": f"e{number}"} for number, name in enumerate(tables)}
    entities["wide"] = {"key": "x", "rows": [{"x": 1, **{name: name for name in names}, **refs}]}
    apply(database, written(spec(entities, cleanup={"wide": {"x": {"equals": 1}}})), "--create-tables")
    assert database.query("SELECT * FROM wide") == [(1, *names)]
    for name in tables:
        assert database.query(f"SELECT * FROM {quoted(name)}") == [(name,)]


def test_names_that_a_database_cannot_hold(database: Database) -> None:
    for name in ("a\0b", *TOO_LONG) if database.kind == "postgres" else ("a\0b",):
        field = {"e": {"count": 1, "fields": {"id": {"uuid": {}}, name: "x"}}}
        table = {"e": {"table": name, "count": 1, "fields": {"id": {"uuid": {}}}}}
        for entities in (field, table):
            path = written(spec(entities))
            refused(shown("apply", path, "--database-url", database.url, "--create-tables", terminal=True), 2)
    catalogue = {
        "postgres": "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        "sqlite": "SELECT name FROM sqlite_master",
    }
    assert database.query(catalogue[database.kind]) == [("victim",)]


def test_values(database: Database) -> None:
    values, names = list(VALUES), held(NAMES, database)
    rows = [
        {
            "id": number,
            "constant": value,
            "template": {"template": value.replace("{", "{{").replace("}", "}}")},
            "choice": {"choice": [value]},
            "computed": {"expr": literal(value)},
            "array": [value, value],
            "list": {"list": {"choice": [value]}, "count": 2},
        }
        for number, value in enumerate(values)
    ]
    with Path("rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("id", *names), ("1", *reversed(names))])
    objects = {"key": "id", "rows": [{"id": 1, "object": {"object": {value: value for value in values}}}]}
    entities = {"value": {"key": "id", "rows": rows}, "object": objects}
    entities["file"] = {"key": "id", "rows": "rows.csv"}
    cleanup = {
        "file": {"id": {"equals": 1}},
        "value": {"id": {"in": list(range(len(values)))}},
        "object": {"id": {"equals": 1}},
    }
    apply(database, written(spec(entities, cleanup=cleanup)), "--create-tables")
    text = "id, constant, template, choice, computed"
    expected = [(number, *[value] * 4) for number, value in enumerate(values)]
    assert database.query(f"SELECT {text} FROM value ORDER BY id") == expected
    arrays = [tuple(map(read, row)) for row in database.query('SELECT "array", list FROM value ORDER BY id')]
    assert arrays == [([value, value], [value, value]) for value in values]
    ((found,),) = database.query("SELECT object FROM object")
    assert read(found) == {value: value for value in values}
    assert database.query("SELECT * FROM file") == [(1, *reversed(names))]


def test_nul_in_values(database: Database) -> None:
    """SQLite's texts hold it; PostgreSQL's do not, and neither does what programs read SQL from."""
    text = "a\0b"
    written_as = {"text": text, "jsonb": {text: text}, "text[]": [text]}
    for number, (type, value) in enumerate(written_as.items()):
        database.execute(f"CREATE TABLE t{number} (id integer PRIMARY KEY, a {type})")
        given = {"object": value} if isinstance(value, dict) else value
        entities = {f"t{number}": {"key": "id", "rows": [{"id": 1, "a": given}]}}
        path = written(spec(entities, cleanup={f"t{number}": {"id": {"equals": 1}}}))
        if database.kind == "sqlite":
            apply(database, path)
            ((found,),) = database.query(f"SELECT a FROM t{number}")
            assert (found if type == "text" else read(found)) == value
        else:
            said = refused(shown("apply", path, "--database-url", database.url, terminal=True), 1)
            assert f"row 1 of `t{number}.a`" in said, said
            assert database.query(f"SELECT * FROM t{number}") == []
        if type != "jsonb":
            refused(shown("generate", path, "--output", "files", "--format", "sql", terminal=True), 2)
            assert not Path("files", f"t{number}.sql").exists()
    for test in ("equals", "in", "starts_with", "ends_with", "contains"):
        wanted = ["markers\0"] if test == "in" else "markers\0"
        path = written(spec(NOTHING, cleanup={"t0": {"a": {test: wanted}}}))
        outcome = shown("clean", path, "--database-url", database.url, terminal=True)
        assert outcome.code == 0 if database.kind == "sqlite" else refused(outcome, 1, 2)


def read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


MARKED = [f"mark{text}mark" for text in VALUES]
LOOSE = [f"mark{other}mark" for other in ("x", "xx", "abc", "'", "\\\\", "%%")]
"""What a filter finds that takes `%`, `_` or a backslash for more than itself."""


@pytest.mark.parametrize("test", ["equals", "in", "starts_with", "ends_with", "contains"])
def test_filters(database: Database, test: str) -> None:
    column = quoted('a\' "b" %s :c')
    database.execute(f"CREATE TABLE t (id integer PRIMARY KEY, {column} text)")
    others = [text for text in LOOSE if text not in MARKED]
    rows = ", ".join(f"({number}, {literal(text)})" for number, text in enumerate((*MARKED, *others)))
    database.execute(f"INSERT INTO t VALUES {rows}")
    conditions = [{"in": MARKED}] if test == "in" else [{test: text} for text in MARKED]
    cleanup = {"t": {"any": [{'a\' "b" %s :c': each} for each in conditions]}}
    path = written(spec(NOTHING, cleanup=cleanup))
    for form in ((), ("--format", "json")):
        outcome = shown("clean", path, "--database-url", database.url, *form, terminal=not form)
        assert outcome.code == 0, outcome
        assert [text for (text,) in database.query(f"SELECT {column} FROM t ORDER BY id")] == others


def test_elements_of_lists_in_filters(database: Database) -> None:
    type = "text[]" if database.kind == "postgres" else "json"
    database.execute(f"CREATE TABLE t (id text PRIMARY KEY, tags {type})")
    rows = []
    for text in dict.fromkeys((*MARKED, *LOOSE)):
        tags = literal(json.dumps([text, "other"]))
        array = f"ARRAY(SELECT json_array_elements_text({tags}))" if type == "text[]" else tags
        rows.append(f"({literal(text)}, {array})")
    database.execute(f"INSERT INTO t VALUES {', '.join(rows)}")
    cleanup = {"t": {"id": {"starts_with": "mark"}, "tags": {"overlaps": MARKED}}}
    outcome = shown("clean", written(spec(NOTHING, cleanup=cleanup)), "--database-url", database.url)
    assert outcome.code == 0, outcome
    assert database.query("SELECT count(*) FROM t") == [(len(set(LOOSE) - set(MARKED)),)]


@pytest.mark.parametrize("test", ["before", "after"])
def test_moments_in_filters_are_moments(test: str) -> None:
    for text in VALUES:
        cleanup = {"t": {"id": {"equals": "x"}, "at": {test: text}}}
        assert "S130" in refused(shown("validate", written(spec(NOTHING, cleanup=cleanup)), terminal=True), 2)
