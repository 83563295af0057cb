"""Names, values and calls that would steer a terminal: shown as they are written, in text and in JSON."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from nasty import ESC, NAMES, NOTHING, OSC, RLO, TABLES, TOO_LONG, VALUES, refused, shown, spec, written
from victims import Database, literal, quoted, stand_alone, victim

MARKUP = "[bold]x[/]"
STEERING = (
    f"{ESC}{RLO}",
    OSC,
    "\x9b31m\x85\u2028",
    "a\r\nb\x08\x7f\t\x07",
    MARKUP,
    "\"; DROP TABLE victim; --' %s {x}",
)
COMMANDS = ("validate", "plan", "apply", "clean")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_alone(monkeypatch, tmp_path)


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path, new_database: Callable[[], str]) -> Iterator[Database]:
    with victim(request.param, tmp_path, new_database) as made:
        yield made


def refusals(*arguments: object) -> str:
    """What a run says on a terminal that is refused there and as JSON."""
    as_json = shown(*arguments, "--format", "json")
    said = refused(shown(*arguments, terminal=True), 1, 2)
    assert as_json.code in (1, 2)
    return said


def test_violated_constraints(database: Database) -> None:
    for number, text in enumerate(STEERING):
        name, key = quoted(text), "id integer PRIMARY KEY"
        database.execute(
            f"CREATE TABLE {name} ({key}, {name} text CONSTRAINT {name} CHECK ({name} <> {literal(text)}))",
            f"CREATE TABLE taken{number} ({key}, {name} text CONSTRAINT {quoted('u' + text)} UNIQUE)",
            f"INSERT INTO taken{number} VALUES (0, {literal(text)})",
            f"CREATE TABLE child{number} ({key}, {name} text CONSTRAINT {name} REFERENCES taken{number} ({name}))",
            f"CREATE TABLE needs{number} ({key}, {name} text NOT NULL)",
            f"CREATE TABLE short{number} ({key}, {name} varchar(1) CHECK (length({name}) < 2))",
            f"CREATE TABLE number{number} ({key}, {name} integer CHECK ({name} + 0 > 0))",
        )
        values = {text: text, "taken": text, "child": f"no {text}", "needs": None, "short": text, "number": text}
        for table, value in values.items():
            table = table if table == text else f"{table}{number}"
            given = {"choice": [None, "x"], "weights": [1, 0]} if value is None else value
            rows = [{"id": 1, text: given}]
            path = written(
                spec({"e": {"table": table, "key": "id", "rows": rows}}, cleanup={table: {"id": {"equals": 1}}})
            )
            said = refusals("apply", path, "--database-url", database.url)
            if text == MARKUP and (table, database.kind) != (f"child{number}", "sqlite"):
                assert MARKUP in said
            assert database.query(f"SELECT id FROM {quoted(table)}") == ([(0,)] if "taken" in table else [])


@pytest.mark.parametrize("event", ["INSERT", "DELETE"])
def test_words_of_triggers(database: Database, event: str) -> None:
    database.execute("CREATE TABLE t (id integer PRIMARY KEY, x text)", "INSERT INTO t VALUES (1, 'ours')")
    path = written(spec({"t": {"rows": [{"id": 1, "x": "ours"}]}}, cleanup={"t": {"x": {"equals": "ours"}}}))
    for text in (*STEERING, "file is locked", "malformed"):
        name = quoted(text)
        if database.kind == "postgres":
            database.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN RAISE NOTICE USING MESSAGE = "
                f"{literal(text)}; RAISE USING MESSAGE = {literal(text)}, DETAIL = {literal(text)}; END$f$",
                f"CREATE TRIGGER {name} BEFORE {event} ON t FOR EACH ROW EXECUTE FUNCTION {name}()",
            )
        else:
            raising = f"SELECT RAISE(ABORT, {literal(text)})"
            database.execute(f"CREATE TRIGGER {name} BEFORE {event} ON t BEGIN {raising}; END")
        hazards = shown("plan", path, "--database-url", database.url, terminal=True)
        assert hazards.code == 0, hazards
        assert "the trigger `" in hazards.err
        said = refusals("apply", path, "--database-url", database.url)
        assert all(word not in said for word in ("is damaged", "by another")), said
        database.execute(f"DROP TRIGGER {name}" + (" ON t" if database.kind == "postgres" else ""))
        assert database.query("SELECT * FROM t") == [(1, "ours")]


def test_names_in_specs() -> None:
    texts = (*NAMES, *VALUES, *TOO_LONG, "\0")
    named = {text: {"count": 1, "fields": {"id": {"uuid": {}}}} for text in texts}
    filters = {text: {text: {text: text}} for text in texts}
    values = [
        value
        for text in texts
        for value in (
            {"ref": text},
            {"expr": text},
            {"template": "{" + text},
            {"faker": text},
            {text: text},
            {"date": text},
        )
    ]
    valued = {f"e{number}": {"count": 1, "fields": {"id": value}} for number, value in enumerate(values)}
    for document in (
        spec(named),
        spec(valued),
        spec(NOTHING, cleanup=filters),
        spec(NOTHING, profiles={text: {} for text in texts}),
        *(spec(NOTHING, name=text) for text in STEERING),
    ):
        path = written(document)
        outcome = shown("validate", path, terminal=True)
        assert outcome.code == shown("validate", path, "--format", "json").code == 2, outcome


@pytest.mark.parametrize("command", [*COMMANDS, "generate", "schema", "{text}"])
def test_calls(command: str) -> None:
    path = written(spec(NOTHING))
    options = ("scale", "profile", "database-url", "format", "output", "allow-target", "part-rows", "{text}")
    for text in STEERING:
        for more in ((text,), (text, text), *((path, f"--{option.format(text=text)}", text) for option in options)):
            for form in ((), ("--format", "json")):
                outcome = shown(command.format(text=text), *more, *form, terminal=not form)
                assert outcome.code in (0, 1, 2), outcome


def test_names_of_files() -> None:
    for text in (f"a{text.replace('/', '')}" for text in (*TABLES, *STEERING)):
        rows = {"e": {"table": "e", "key": "id", "rows": f"{text}.csv"}}
        written("id,x\n1,2\n", f"{text}.csv")
        path = written(spec(rows, cleanup={"e": {"id": {"equals": 1}}}), f"{text}.yaml")
        url = f"sqlite:///{quote(text, safe='')}.db"
        for command in COMMANDS:
            outcome = shown(command, path, "--database-url", url, terminal=True)
            assert outcome.code == 0, outcome
        outcome = shown("generate", path, "--output", f"out {text}", terminal=True)
        assert outcome.code == 0, outcome
        assert Path(f"out {text}", "e.csv").exists()
        Path(f"{text}.csv").unlink()
        assert "S138" in refusals("validate", path)
        refusals("validate", f"no {path}")
        assert Path(f"{text}.db").exists()


def test_colours_without_a_terminal(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    entities = {}
    for number, text in enumerate(STEERING):
        database.execute(f"CREATE TABLE {quoted(text)} (id text PRIMARY KEY, {quoted(text)} text)")
        entities[f"e{number}"] = {"table": text, "count": 1, "fields": {"id": {"uuid": {}}, text: text}}
    path = written(spec(entities))
    for command in COMMANDS:
        outcome = shown(command, path, "--database-url", database.url)
        assert outcome.code == 0, outcome
        assert "\x1b[1mtarget\x1b[0m" in outcome.out
    assert "\x1b[1;31merror\x1b[0m: " in shown("apply", STEERING[0]).err


def test_what_a_database_lacks_and_needs(database: Database) -> None:
    for number, text in enumerate(STEERING):
        more = f"{text} more"
        database.execute(f"CREATE TABLE {quoted(text)} (id text PRIMARY KEY, {quoted(more)} text NOT NULL)")
        key: Mapping[str, Any] = {"id": {"uuid": {}}}
        faults: Mapping[str, dict[str, Any]] = {
            "S401": {"table": f"{text}!", "fields": key},
            "S402": {"table": text, "fields": {**key, more: "x", f"{text} mere": "x"}},
            "S403": {"table": text, "fields": key},
        }
        for position, (code, entity) in enumerate(faults.items(), number):
            command = ("validate", "plan", "apply")[position % 3]
            path = written(spec({"e": {"count": 1, **entity}}))
            assert code in refusals(command, path, "--database-url", database.url)
        path = written(spec(NOTHING, cleanup={text: {f"{text} mere": {"equals": "x"}}}))
        command = ("plan", "apply", "clean")[number % 3]
        assert "has no column" in refusals(command, path, "--database-url", database.url)


def test_rows_of_others_are_named(database: Database) -> None:
    """A row that hangs on a row that goes and on somebody's is refused with its key."""
    database.execute(
        "CREATE TABLE person (id text PRIMARY KEY, email text)",
        "CREATE TABLE message (id text PRIMARY KEY, a text REFERENCES person (id), b text REFERENCES person (id))",
        "INSERT INTO person VALUES ('ours', 'a@seed.test'), ('real', 'somebody')",
        *(f"INSERT INTO message VALUES ({literal(text)}, 'ours', 'real')" for text in STEERING),
    )
    path = written(spec(NOTHING, cleanup={"person": {"email": {"ends_with": "@seed.test"}}}))
    planned = shown("plan", path, "--database-url", database.url, terminal=True)
    assert planned.code == 0, planned
    assert MARKUP in planned.out
    for command in ("apply", "clean"):
        said = refused(shown(command, path, "--database-url", database.url, terminal=True), 3)
        assert MARKUP in said
        assert shown(command, path, "--database-url", database.url, "--format", "json").code == 3
    assert database.query("SELECT count(*) FROM message") == [(len(STEERING),)]


def test_databases_with_such_names(tmp_path: Path, new_database: Callable[[], str]) -> None:
    path = written(spec({"t": {"key": "id", "rows": [{"id": 1}]}}, cleanup={"t": {"id": {"equals": 1}}}))
    with victim("postgres", tmp_path, new_database) as database:
        server = database.url.rpartition("/")[0]
        name = f"seedengine_test_{ESC}{RLO}\\'\"%s"
        assert "no such database" in refused(shown("plan", path, "--database-url", f"{server}/{quote(name)}"), 1)
        database.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE template0")
        try:
            outcome = shown(
                "apply", path, "--database-url", f"{server}/{quote(name)}", "--create-tables", terminal=True
            )
            assert outcome.code == 0, outcome
        finally:
            database.execute(f"DROP DATABASE {quoted(name)} WITH (FORCE)")


def test_words_of_python() -> None:
    written(f"def fail(bits):\n    raise ValueError({STEERING[0]!r} + {STEERING[3]!r})\n", "nasty_words.py")
    path = written(spec({"e": {"count": 1, "fields": {"id": {"python": "nasty_words.fail"}}}}))
    assert "S231" in refusals("generate", path, "--output", "files", "--allow-python")


def test_files_that_were_there_before() -> None:
    tables = [text.replace("/", "").replace("\\", "") for text in STEERING]
    entities = {
        f"e{number}": {"table": text, "count": 1, "fields": {"id": {"uuid": {}}}} for number, text in enumerate(tables)
    }
    path = written(spec(entities))
    for _ in range(2):
        outcome = shown("generate", path, "--output", "files", terminal=True)
        assert outcome.code == 0, outcome
        for text in tables:
            Path("files", f"{text}.csv").write_text("changed")
            Path("files", f"{text}-00009.csv").write_text("other")
    assert "were changed since" in outcome.err
    assert "[bold]x[].csv" in outcome.err
    Path("files", "seedengine.manifest").unlink()
    refused(shown("generate", path, "--output", "files", terminal=True), 2)
