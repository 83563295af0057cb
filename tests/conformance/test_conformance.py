"""The cases of `seedspec/conformance`: valid specs make their rows, invalid ones get their message to the letter.

`pytest tests/conformance --update-conformance` writes the messages anew, to be reviewed as a diff.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tool import ROOT, call

CASES = ROOT / "seedspec" / "conformance"
VALID = sorted((CASES / "valid").glob("*.yaml"))
INVALID = sorted((CASES / "invalid").glob("*.yaml"))
ONLY_ROWS = ("S230", "S231")
ONLY_POSTGRES = "S208"


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.stem)
def test_valid(case: Path, tmp_path: Path) -> None:
    outcome = call("validate", case, "--allow-python")
    assert outcome.code == 0, outcome.err
    assert outcome.err == "", "a valid case has no warning"
    outcome = call("generate", case, "--allow-python", "--output", tmp_path, "--format", "jsonl")
    assert outcome.code == 0, outcome.err
    assert any(file.stat().st_size for file in tmp_path.iterdir())


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case.stem)
def test_invalid(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.chdir(case.parent)
    code = case.name.split("-")[0]
    outcome = call(*command(case, code, tmp_path, request))
    assert outcome.code == (0 if code.startswith("W") else 2), outcome.err
    assert f"[{code}]" in outcome.err
    expected = case.with_suffix(".err")
    if request.config.getoption("--update-conformance", default=False):
        expected.write_text(outcome.err, encoding="utf-8", newline="\n")
    assert expected.is_file(), "run `pytest tests/conformance --update-conformance` and review the new file"
    assert outcome.err == expected.read_text(encoding="utf-8")


def command(case: Path, code: str, folder: Path, request: pytest.FixtureRequest) -> list[object]:
    """What shows a case's fault: its text, a database with the tables beside it, or its rows."""
    if code in ONLY_ROWS:
        return ["generate", case.name, "--allow-python", "--output", folder]
    tables = case.with_suffix(".sql")
    if not tables.is_file():
        return ["validate", case.name]
    if code == ONLY_POSTGRES:
        url = request.getfixturevalue("postgres_url")
        with psycopg.connect(url) as connection:
            connection.execute(tables.read_bytes())
        return ["plan", case.name, "--database-url", url]
    with closing(sqlite3.connect(folder / "tables.db")) as connection:
        connection.executescript(tables.read_text(encoding="utf-8"))
    return ["plan", case.name, "--database-url", f"sqlite:///{folder / 'tables.db'}"]


def test_every_code_has_a_case_and_every_case_its_code() -> None:
    code = re.compile(r'"([SW]\d{3})"')
    sources = (ROOT / "src" / "seedengine").rglob("*.py")
    known = {found for source in sources for found in code.findall(source.read_text(encoding="utf-8"))}
    assert {case.name.split("-")[0] for case in INVALID} == known
