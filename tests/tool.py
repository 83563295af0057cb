"""The tool as its users run it: the installed command, in a process of its own."""

import io
import json
import os
import subprocess
import sysconfig
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seedengine.catalog import Going

ROOT = Path(__file__).parent.parent
COMMAND = Path(sysconfig.get_path("scripts")) / "seedengine"


def rows_by_table(going: Mapping[str, Going]) -> dict[str, int]:
    """How many rows go, by table."""
    return {table: each.rows for table, each in going.items()}


@dataclass(frozen=True)
class Outcome:
    """What a run of the tool printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The standard output of a run with `--format json`."""
        return json.loads(self.out)


def run(*arguments: object, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Outcome:
    """Run the tool with these arguments; `env` is added to an environment that names no database."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**environment, "NO_COLOR": "1", **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def succeed(*arguments: object, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Outcome:
    """Run the tool and require that it succeeded."""
    outcome = run(*arguments, cwd=cwd, env=env)
    assert outcome.code == 0, f"seedengine {' '.join(map(str, arguments))}\n{outcome.out}{outcome.err}"
    return outcome


def call(*arguments: object) -> Outcome:
    """Run the command line within this process, which saves a start for each of many short runs."""
    from seedengine.cli.group import run as run_here

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run_here([str(argument) for argument in arguments])
    return Outcome(code, out.getvalue(), err.getvalue())
