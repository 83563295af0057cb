"""Names and values that could be taken for SQL, where PostgreSQL alone has a place for them."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from nasty import ESC, NAMES, RLO, TABLES, VALUES, refused, shown, spec, written
from victims import Database, apply, literal, quoted, stand_alone, victim


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_alone(monkeypatch, tmp_path)


@pytest.fixture
def database(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Database]:
    with victim("postgres", tmp_path, new_database) as made:
        yield made


def test_schemas_of_urls(database: Database) -> None:
    path = written(spec({"t": {"key": "id", "rows": [{"id": 1, "x": "x"}]}}, cleanup={"t": {"id": {"equals": 1}}}))
    for name in TABLES:
        database.execute(f"CREATE SCHEMA {quoted(name)}", f"CREATE TABLE {quoted(name)}.t (id integer, x text)")
    for number, name in enumerate(TABLES):
        options = quote("-csearch_path=" + re.sub(r"[\\\s]", r"\\\g<0>", quoted(name)), safe="")
        choice = f"options={options}" if number % 2 else f"schema={quote(name, safe='')}"
        outcome = shown("apply", path, "--database-url", f"{database.url}?{choice}", terminal=True)
        assert outcome.code == 0, outcome
        assert database.query(f"SELECT * FROM {quoted(name)}.t") == [(1, "x")]
        database.execute(f"DROP TABLE {quoted(name)}.t")
    assert "no schema" in refused(shown("apply", path, "--database-url", f"{database.url}?schema=%1B[7;35m%0A"), 1)


def test_enums(database: Database) -> None:
    labels = ", ".join(map(literal, NAMES))
    for name in TABLES:
        database.execute(f"CREATE TYPE public.{quoted(name)} AS ENUM ({labels})")
    columns = ", ".join(f"{quoted(name)} public.{quoted(name)}" for name in TABLES)
    database.execute(f"CREATE TABLE t (id integer, {columns})")
    rows = [{"id": number, **dict.fromkeys(TABLES, label)} for number, label in enumerate(NAMES)]
    cleanup = {"t": {TABLES[0]: {"in": list(NAMES)}}}
    for _ in range(2):
        apply(database, written(spec({"t": {"key": "id", "rows": rows}}, cleanup=cleanup)))
        assert database.query("SELECT * FROM t ORDER BY id") == [
            (number, *[label] * len(TABLES)) for number, label in enumerate(NAMES)
        ]
    for name in TABLES[::3]:
        wrong = {"t": {"key": "id", "rows": [{"id": 100, name: f"no {name}"}]}}
        path = written(spec(wrong, cleanup={"t": {"id": {"equals": 100}}}))
        said = refused(shown("apply", path, "--database-url", database.url, terminal=True), 1)
        assert f"is no label of `{name}`" in said or not name.isprintable()
    assert database.query("SELECT count(*) FROM t") == [(len(NAMES),)]


def test_bulk_load(database: Database) -> None:
    name = quoted(nasty := "".join(('a\'; ""b %s%(x)s :c \\ ', ESC, "\n$$", RLO)))
    database.execute(
        f"CREATE TABLE {name} (id bigint PRIMARY KEY, m text, {name} bigint CONSTRAINT {name} CHECK ({name} > 0), "
        f"CONSTRAINT {quoted('u' + nasty)} UNIQUE ({name}))",
        f"CREATE INDEX {quoted('of ' + nasty)} ON {name} ({name} DESC)",
        f"CREATE TABLE parent (id bigint PRIMARY KEY, {name} bigint UNIQUE)",
        "INSERT INTO parent SELECT x, x FROM generate_series(0, 100000) x",
        f"ALTER TABLE {name} ADD CONSTRAINT {quoted('to ' + nasty)} FOREIGN KEY ({name}) REFERENCES parent ({name})",
        f"COMMENT ON CONSTRAINT {name} ON {name} IS {literal(nasty)}",
    )
    catalogue = "SELECT conname, pg_get_constraintdef(oid), obj_description(oid) FROM pg_constraint ORDER BY 1, 2"
    before = database.query(catalogue)
    fields = {"id": {"sequence": 1}, nasty: {"sequence": 1}, "m": nasty}
    cleanup = {nasty: {"m": {"equals": nasty}}}
    path = written(spec({"e": {"table": nasty, "count": 100_000, "fields": fields}}, cleanup=cleanup))
    planned = shown("plan", path, "--database-url", database.url, terminal=True)
    assert "to a'; " in planned.out.partition("take off while inserting")[2]
    apply(database, path, "--bulk-load")
    assert database.query(f"SELECT count(*), sum({name}) FROM {name}") == [(100_000, 5_000_050_000)]
    assert database.query(catalogue) == before
    database.execute(f"DELETE FROM {name}", "DELETE FROM parent WHERE id = 77")
    said = refused(shown("apply", path, "--database-url", database.url, "--bulk-load", terminal=True), 1)
    assert "refers to a row that does not exist" in said
    assert database.query(f"SELECT count(*) FROM {name}") == [(0,)]


def test_files(database: Database) -> None:
    tables = [name for name in TABLES if "\\" not in name and "/" not in name]
    values: list[dict[str, Any]] = [{"id": number, "x": value} for number, value in enumerate(VALUES)]
    wide: list[dict[str, Any]] = [dict(zip(NAMES, reversed(VALUES), strict=False))]
    entities = {
        "value": {"key": "id", "rows": values},
        "wide": {"rows": wide},
        **{f"e{number}": {"table": name, "rows": [{name: name}]} for number, name in enumerate(tables)},
    }
    path = written(spec(entities))
    for format in ("csv", "jsonl", "sql"):
        outcome = shown("generate", path, "--output", "files", "--format", format, terminal=True)
        assert outcome.code == 0, outcome
    folder = Path("files")
    for name, rows in (("value", values), ("wide", wide), *((name, [{name: name}]) for name in tables)):
        text = (folder / f"{name}.csv").read_bytes().decode()
        assert list(csv.DictReader(io.StringIO(text, newline=""))) == [
            {key: str(each) for key, each in row.items()} for row in rows
        ]
        lines = (folder / f"{name}.jsonl").read_text("utf-8").split("\n")[:-1]
        assert list(map(json.loads, lines)) == rows
        columns = ", ".join(f"{quoted(column)} text" for column in rows[0])
        database.execute(f"CREATE TABLE {quoted(name)} ({columns})")
        head, insert, rest = (folder / f"{name}.sql").read_bytes().decode().partition("INSERT")
        database.execute("SET standard_conforming_strings = off", "SET client_encoding = LATIN1", head)
        database.execute(insert + rest)
        assert database.query(f"SELECT * FROM {quoted(name)}") == [tuple(map(str, row.values())) for row in rows]
