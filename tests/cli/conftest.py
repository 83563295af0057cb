"""The command line as a person calls it: in this process where speed matters, as a real process where that matters."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Call, Outcome

from seedengine.cli.group import run

SHOP = """\
seedspec: 1
name: shop
seed: 7
as_of: 2026-01-01T00:00:00Z
cleanup:
  customer: {email: {ends_with: "@shop-seed.test"}}
entities:
  customer:
    count: 3
    fields:
      id: {uuid: {}}
      email: {template: "customer{row}@shop-seed.test"}
  purchase:
    per: {customer: 2}
    fields:
      id: {uuid: {}}
      customer_id: {ref: customer}
      amount: {int: 1..9}
"""

STEERING = (
    "DATABASE_URL",
    "SEEDENGINE_ALLOW_TARGET",
    "NO_COLOR",
    "FORCE_COLOR",
    "TTY_COMPATIBLE",
    "COLUMNS",
    "LINES",
    "PYTHONIOENCODING",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and nothing in the environment that steers the command line."""
    monkeypatch.chdir(tmp_path)
    for name in STEERING:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def shop(folder: Path) -> Path:
    """`shop.yaml` in the working directory: 3 customers with 2 purchases each."""
    (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    return Path("shop.yaml")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the command line in this process."""

    def call(*arguments: str | Path) -> Outcome:
        code = run([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def execute() -> Call:
    """Run the command line as a process, with what `env` adds to the environment."""

    def execute(*arguments: str | Path, **env: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "seedengine", *arguments],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return execute
