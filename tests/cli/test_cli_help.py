"""Help, version, calls that click refuses, and what a start loads."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from command_line import Call

from seedengine.cli.group import COMMANDS

HEAVY = ("faker", "jinja2", "numpy", "polars", "psycopg", "pydantic", "rich", "sqlalchemy", "sqlglot", "yaml")


def test_help_lists_every_command(call: Call) -> None:
    outcome = call("--help")
    assert outcome.code == 0
    for name, summary in COMMANDS.items():
        assert f"{name} " in outcome.out
        assert summary in outcome.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(call: Call, name: str) -> None:
    outcome = call(name, "--help")
    assert outcome.code == 0
    usage, text, *options = outcome.out.split("\n\n")
    assert usage.startswith(f"Usage: seedengine {name}")
    assert text.strip().endswith(".")
    blocks = options[-1].split("\n  -")[1:]
    assert blocks
    assert all(len(block.split()) > 2 and block.rstrip().endswith((".", "]")) for block in blocks)


def test_every_command_file_is_in_the_group() -> None:
    import seedengine.cli

    texts = {path.stem: path.read_text() for path in Path(seedengine.cli.__file__).parent.glob("*.py")}
    assert {name for name, text in texts.items() if "@click.command(" in text} == set(COMMANDS)


def test_version(call: Call) -> None:
    assert call("-V").out == call("--version").out == f"seedengine {version('seedengine')}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["aply"], "No such command 'aply'"),
        (["apply"], "Missing argument 'SPEC'"),
        (["apply", "a.yaml", "b.yaml"], "unexpected extra argument"),
        (["apply", "a.yaml", "--create-table"], "No such option"),
        (["apply", "a.yaml", "--format", "xml"], "'xml' is not one of 'text', 'json'"),
        (["generate", "a.yaml"], "Missing option '--output'"),
        (["validate"], "Missing argument 'SPEC...'"),
        ([], "Usage: seedengine"),
    ],
)
def test_a_wrong_call_shows_the_usage(call: Call, arguments: list[str], said: str) -> None:
    outcome = call(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Usage: seedengine" in outcome.err
    assert said in outcome.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["apply", "--format", "json"], "SPEC"),
        (["validate", "--format=json"], "SPEC"),
        (["plan", "a.yaml", "--format", "json", "--create-table"], "--create-table"),
        (["generate", "a.yaml", "--summary", "json"], "--output"),
    ],
)
def test_a_wrong_call_that_asks_for_json_gets_it(call: Call, arguments: list[str], said: str) -> None:
    outcome = call(*arguments)
    assert (outcome.code, outcome.err) == (2, "")
    fault = json.loads(outcome.out)
    assert said in fault["error"]
    assert fault["help"].startswith(f"Usage: seedengine {arguments[0]}")
    assert fault["diagnostics"] == []


def loaded(*arguments: str | Path) -> set[str]:
    """The packages that a run of the command line has imported."""
    program = (
        "import sys, contextlib, io\n"
        "from seedengine.cli.group import run\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):\n"
        "    run(sys.argv[1:])\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["aply"]])
def test_start_up_is_light(arguments: list[str]) -> None:
    assert loaded(*arguments).isdisjoint(HEAVY)


def test_validation_loads_nothing_that_makes_rows(shop: Path) -> None:
    assert loaded("validate", shop).isdisjoint({"psycopg", "sqlalchemy", "jinja2", "rich"})
