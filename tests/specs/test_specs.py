"""Every spec of `specs/`: it is valid without a warning, plans, and applies to SQLite twice with the same content."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from tool import ROOT, call

SPECS = sorted((ROOT / "specs").glob("*.yaml"))
ALL = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)


def dump(file: Path) -> list[str]:
    """The content of an SQLite file as SQL, in one order."""
    with closing(sqlite3.connect(file)) as connection:
        return sorted(connection.iterdump())


@ALL
def test_it_is_valid(spec: Path) -> None:
    outcome = call("validate", spec, "--allow-python", "--format", "json")
    assert outcome.code == 0, outcome.out
    assert [found["diagnostics"] for found in outcome.json["specs"]] == [[]]


@ALL
def test_it_plans_without_a_database(spec: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    outcome = call("plan", spec, "--allow-python", "--format", "json")
    assert outcome.code == 0, outcome.out
    written = {entity for entity, body in entities(spec).items() if body.get("table", entity) is not None}
    assert {step["entity"] for step in outcome.json["insert"]} == written
    assert list(tmp_path.iterdir()) == []


@ALL
def test_it_applies_twice_with_the_same_content(spec: Path, tmp_path: Path) -> None:
    file = tmp_path / "specs.db"
    contents = []
    for _ in range(2):
        outcome = call("apply", spec, "--allow-python", "--database-url", f"sqlite:///{file}")
        assert outcome.code == 0, outcome.err
        contents.append(dump(file))
    assert contents[0] == contents[1]
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        empty = [t for t in tables if connection.execute(f'SELECT count(*) FROM "{t}"').fetchone() == (0,)]
    assert tables
    assert empty == []


@ALL
def test_its_name_is_that_of_its_file(spec: Path) -> None:
    number, _, rest = spec.stem.partition("-")
    name = yaml.safe_load(spec.read_text(encoding="utf-8"))["name"]
    assert name == (rest if number.isdigit() else spec.stem)
    assert "yaml-language-server: $schema=../seedspec/seedspec.schema.json" in spec.read_text(encoding="utf-8")


@ALL
def test_its_rows_are_those_of_the_lock(spec: Path) -> None:
    """`seedengine verify SPEC --write-lock --allow-python` locks anew what was meant to change."""
    outcome = call("verify", spec, "--lock", "--allow-python", "--format", "json")
    assert outcome.code in (0, 4), outcome.err
    drifted = [drift["what"] for drift in outcome.json["drifts"]]
    # Another Faker has other lists, and other versions of the rest must make the same rows.
    if "faker:" not in spec.read_text(encoding="utf-8") or "Faker" not in drifted:
        assert [name for name in drifted if name in entities(spec)] == []


def entities(spec: Path) -> dict[str, dict[str, object]]:
    """The entities of a spec as the text has them."""
    found: dict[str, dict[str, object]] = yaml.safe_load(spec.read_text(encoding="utf-8"))["entities"]
    return found
