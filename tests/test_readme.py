"""What the README shows is what happens."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from seedengine.cli.group import COMMANDS, run

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> tuple[str, str]:
    """The command that seeds and the command that tests, each a line that sets itself up."""
    seed, test = (block.strip() for block in blocks("sh"))
    return seed, test


def test_the_example_is_a_spec_that_applies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (example,) = blocks("yaml")
    Path("blog.yaml").write_text(example, encoding="utf-8")
    assert run(["validate", "blog.yaml"]) == 0
    assert run(["apply", "blog.yaml"]) == 0
    assert run(["apply", "blog.yaml"]) == 0
    with closing(sqlite3.connect("blog.db")) as connection:
        (authors,) = connection.execute("SELECT count(*) FROM author").fetchone()
        wrong = connection.execute(
            "SELECT count(*) FROM author WHERE posts NOT BETWEEN 1 AND 4 OR posts <> "
            "(SELECT count(*) FROM post WHERE author_id = author.id)"
        ).fetchone()
    assert (authors, wrong) == (5, (0,))


def test_the_first_command_ends_with_herafi(tmp_path: Path) -> None:
    venv, install, seed = commands()[0].split(" && ")
    assert venv == "python3 -m venv .venv"
    assert install == ".venv/bin/pip install --quiet ."
    assert seed.startswith(".venv/bin/seedengine apply specs/herafi.yaml ")

    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    arguments = seed.split()[1:]
    elsewhere = {**os.environ, "DATABASE_URL": "postgresql://nobody@192.0.2.1/elsewhere"}
    done = subprocess.run(
        [sys.executable, "-m", "seedengine", *arguments],
        cwd=tmp_path,
        env=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "herafi.db")) as connection:
        users = connection.execute('SELECT count(*), sum("isProvider") FROM "User"').fetchone()
        others = [
            connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in ("Gig", "Order", "Review")
        ]
    assert users == (19, 15)
    assert 15 <= others[0] <= 45
    assert 3 * others[0] <= others[1] <= 6 * others[0]
    assert 3 * 15 <= others[2] <= 8 * 15


def test_ci_runs_the_second_command_in_a_fresh_environment() -> None:
    test = commands()[1]
    assert test.startswith("python3 -m venv .venv && ")
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == test.replace(".venv", '"$venv"')
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_table_names_every_command_and_no_other() -> None:
    assert re.findall(r"^\| `seedengine (\w+)", README, re.MULTILINE) == list(COMMANDS)


def test_every_option_that_is_named_exists(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        run([name, "--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) | {"--quiet"}
    assert set(re.findall(r"--[a-z][a-z-]+", README)) <= known


def test_every_file_that_is_named_exists() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    quoted = re.findall(r"`((?:specs|seedspec)/[^`]*)`", README)
    assert links
    for name in [*links, *quoted]:
        assert (ROOT / name).exists(), name


def test_the_readme_is_one_screen() -> None:
    assert len(README.splitlines()) <= 100
