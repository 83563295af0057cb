"""What must not happen to somebody's rows: a killed run, tables that drop or replace rows, two runs at once."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tool import COMMAND, run, succeed

SPEC = """
seedspec: 1
name: safety
cleanup: {u: {email: {ends_with: "@seed.test"}}}
entities:
  u: {count: 300, fields: {id: {uuid: {}}, email: {template: "u{row}@seed.test"}}}
"""
KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.executemany("INSERT INTO u VALUES (?, ?)", ((f"half{n}", f"half{n}@x.com" * 50) for n in range(5000)))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "safety.yaml"
    path.write_text(SPEC)
    return path


def _rows(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return sorted(connection.execute("SELECT id, email FROM u"))


def test_a_file_whose_writer_was_killed_is_usable_and_as_before(spec: Path, tmp_path: Path) -> None:
    file = tmp_path / "app.db"
    succeed("apply", spec, "--database-url", f"sqlite:///{file}")
    before = _rows(file)
    subprocess.run([sys.executable, "-c", KILLED, file], check=False)
    assert Path(f"{file}-journal").stat().st_size, "the killed writer must have left a journal to roll back"
    succeed("plan", spec, "--database-url", f"sqlite:///{file}")
    succeed("apply", spec, "--database-url", f"sqlite:///{file}")
    assert _rows(file) == before


@pytest.mark.parametrize("policy", ["REPLACE", "IGNORE"])
def test_a_table_that_would_replace_or_ignore_rows_refuses_them(spec: Path, tmp_path: Path, policy: str) -> None:
    file = tmp_path / "app.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"CREATE TABLE u (id TEXT PRIMARY KEY, email TEXT, UNIQUE (id, email) ON CONFLICT {policy})")
        connection.execute(f"CREATE TABLE v (email TEXT UNIQUE ON CONFLICT {policy})")
    real = SPEC.replace("  u: {", "  v: {table: v, count: 1, fields: {email: real@x.com}}\n  u: {")
    spec.write_text(
        real.replace("cleanup: {", "cleanup: {v: {email: {equals: seeded-only}}, ").replace(
            "fields: {email: real@x.com}", "fields: {email: {choice: [seeded-only]}}"
        )
    )
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE UNIQUE INDEX one ON v (1)")
        connection.execute("INSERT INTO v VALUES ('real@x.com')")
        connection.commit()
    outcome = run("apply", spec, "--database-url", f"sqlite:///{file}")
    assert outcome.code == 1
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT email FROM v").fetchall() == [("real@x.com",)]
        assert connection.execute("SELECT count(*) FROM u").fetchone() == (0,)


def test_a_trigger_that_drops_rows_stops_the_run(spec: Path, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute(
            "CREATE TABLE u (id uuid PRIMARY KEY, email text);"
            "CREATE FUNCTION half() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF NEW.email LIKE '%1@%' THEN RETURN NULL; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER half BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION half();"
        )
    outcome = run("apply", spec, "--database-url", postgres_url)
    assert outcome.code == 1
    assert "300" in outcome.err
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM u").fetchone() == (0,)


def test_two_runs_at_once_end_as_one_after_the_other(spec: Path, postgres_url: str) -> None:
    succeed("apply", spec, "--database-url", postgres_url, "--create-tables")
    command = [COMMAND, "apply", spec, "--database-url", postgres_url]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate(timeout=120), process.returncode) for process in both]
    assert [code for _, code in ended] == [0, 0], ended
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM u").fetchone() == (300,)
