"""When `apply` loads in bulk: of itself on this machine, elsewhere where it is asked for, nowhere where it may not."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from command_line import Call

SPEC = """\
seedspec: 1
name: mass
seed: 7
as_of: 2026-01-01T00:00:00Z
cleanup:
  thing: {code: {ends_with: "@mass-seed.test"}}
entities:
  thing:
    count: 100000
    fields:
      id: {sequence: 1}
      code: {template: "{row}@mass-seed.test"}
      kind: {int: 1..1000}
"""
TABLE = "CREATE TABLE thing (id int PRIMARY KEY, code text UNIQUE, kind int); CREATE INDEX kinds ON thing (kind)"
TAKEN_OFF = {
    "table": "thing",
    "foreign_keys": [],
    "constraints": ["thing_pkey", "thing_code_key"],
    "indexes": ["kinds"],
}


@pytest.fixture
def mass(folder: Path) -> Path:
    """`mass.yaml` in the working directory: as many rows as make a bulk load pay."""
    (folder / "mass.yaml").write_text(SPEC, encoding="utf-8")
    return Path("mass.yaml")


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def index(url: str) -> int:
    """The oid of an index, which is another one after it was taken off and put back."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT 'kinds'::regclass::oid").fetchone()
    assert row is not None
    return int(row[0])


def test_it_happens_on_this_machine_and_may_be_prevented(call: Call, mass: Path, postgres_url: str) -> None:
    execute(postgres_url, TABLE)
    before = index(postgres_url)
    url = ("--database-url", postgres_url)
    shown = call("plan", mass, *url)
    assert "take off while inserting" in shown.out
    assert "constraints thing_pkey, thing_code_key; indexes kinds" in " ".join(shown.out.split())
    assert json.loads(call("plan", mass, *url, "--format", "json").out)["bulk"] == [TAKEN_OFF]
    assert json.loads(call("plan", mass, *url, "--keep-constraints", "--format", "json").out)["bulk"] == []
    assert call("apply", mass, *url, "--keep-constraints").code == 0
    assert index(postgres_url) == before
    assert call("apply", mass, *url).code == 0
    assert index(postgres_url) != before


def test_elsewhere_it_has_to_be_asked_for(call: Call, mass: Path, postgres_url: str) -> None:
    execute(postgres_url, TABLE)
    before = index(postgres_url)
    # Leads to this machine, but is no loopback address: a server elsewhere as far as anyone can tell.
    url = ("--database-url", f"{postgres_url}?host=0.0.0.0")
    allowed = ("--allow-target", f"0.0.0.0{urlsplit(postgres_url).path}")
    assert json.loads(call("plan", mass, *url, "--format", "json").out)["bulk"] == []
    assert json.loads(call("plan", mass, *url, "--bulk-load", "--format", "json").out)["bulk"] == [TAKEN_OFF]
    assert call("apply", mass, *url, *allowed).code == 0
    assert index(postgres_url) == before
    assert call("apply", mass, *url, *allowed, "--bulk-load").code == 0
    assert index(postgres_url) != before


@pytest.mark.parametrize("command", ["apply", "plan"])
def test_both_flags_exclude_each_other(call: Call, mass: Path, command: str) -> None:
    outcome = call(command, mass, "--bulk-load", "--keep-constraints")
    assert outcome.code == 2
    assert "--bulk-load and --keep-constraints exclude each other" in outcome.err


def test_what_keeps_it_from_happening_is_noted(call: Call, mass: Path, postgres_url: str) -> None:
    execute(postgres_url, f"{TABLE}; CREATE TABLE heir () INHERITS (thing)")
    outcome = call("apply", mass, "--database-url", postgres_url)
    assert outcome.code == 0
    said = " ".join(outcome.err.split())
    assert "`thing` is loaded with constraints and indexes in place: it has partitions or inherits" in said


def test_a_row_that_breaks_a_constraint_ends_in_one_message(call: Call, mass: Path, postgres_url: str) -> None:
    execute(postgres_url, f"{TABLE}; CREATE UNIQUE INDEX one_of_a_kind ON thing (kind)")
    outcome = call("apply", mass, "--database-url", postgres_url)
    assert outcome.code == 1
    assert "`thing` already holds a row with kind = " in outcome.err
    assert "(`one_of_a_kind`)" in outcome.err
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)


def test_tables_that_are_created_get_their_keys_after_their_rows(call: Call, mass: Path, postgres_url: str) -> None:
    mass.write_text(SPEC + PARTS, encoding="utf-8")
    url = ("--create-tables", "--database-url", postgres_url)
    assert "`part` gets its keys and indexes once its rows are there" in " ".join(call("plan", mass, *url).err.split())
    assert call("apply", mass, *url).code == 0
    with psycopg.connect(postgres_url) as connection:
        # The key was made with its table, before the other table, and again afterwards.
        made = connection.execute("SELECT 'thing_pkey'::regclass::oid > 'part'::regclass::oid").fetchone()
        counts = connection.execute("SELECT (SELECT count(*) FROM thing), (SELECT count(*) FROM part)").fetchone()
    assert made == (True,)
    assert counts == (100_000, 100_000)


PARTS = """\
  part:
    per: {thing: 1}
    fields:
      id: {uuid: {}}
      thing_id: {ref: thing}
"""


HANGING = """CREATE TABLE hanging (thing int REFERENCES thing);
    INSERT INTO thing SELECT n, n || '@mass-seed.test', 1 FROM generate_series(1, 9) n;
    INSERT INTO hanging VALUES (1)"""
FEW = ("--scale", "0.0001", "--max-deletes", "10")


@pytest.mark.parametrize("command", ["apply", "clean"])
def test_what_makes_deletes_slow_is_noted_before_them_and_once(
    call: Call, mass: Path, postgres_url: str, command: str
) -> None:
    execute(postgres_url, f"{TABLE}; {HANGING}")
    execute(
        postgres_url,
        """CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not now''; END';
           CREATE TRIGGER stop BEFORE DELETE ON thing EXECUTE FUNCTION stop()""",
    )
    url = ("--database-url", postgres_url, *FEW)
    noted = "`hanging` has no index for its foreign key `thing`"
    stopped = call(command, mass, *url)
    assert stopped.code == 1
    assert stopped.err.index(noted) < stopped.err.index("not now")
    execute(postgres_url, "DROP TRIGGER stop ON thing")
    done = call(command, mass, *url)
    assert done.code == 0
    assert done.err.count(noted) == 1


def test_json_has_all_notes(call: Call, mass: Path, postgres_url: str) -> None:
    execute(postgres_url, f"{TABLE}; {HANGING}")
    done = call("apply", mass, "--database-url", postgres_url, *FEW, "--bulk-load", "--format", "json")
    notes = json.loads(done.out)["notes"]
    assert "no index for its foreign key" in notes[0]
    assert notes[1:] == ["no bulk load of `thing`: fewer than 100,000 rows come"]
    assert "note" not in done.err
