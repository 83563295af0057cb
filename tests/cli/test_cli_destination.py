"""Which database is used: the call, then the environment, then `.env`, then a file named after the spec."""

import os
from pathlib import Path

import pytest
from command_line import Call


def target(call: Call, *arguments: str | Path) -> str:
    """The first line of a run without its label."""
    outcome = call(*arguments)
    assert outcome.code == 0, outcome.err
    return " ".join(outcome.out.splitlines()[0].split()[1:])


@pytest.fixture(autouse=True)
def everything(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///environment.db")
    (folder / ".env").write_text("SECRET=hush\nDATABASE_URL='sqlite:///dot-$HOME-${SECRET}.db'  # ours\n")


def test_the_call_wins(call: Call, shop: Path, folder: Path) -> None:
    assert target(call, "apply", shop, "--database-url", "sqlite:///call.db") == "call.db"
    assert sorted(path.name for path in folder.glob("*.db")) == ["call.db"]


def test_then_the_environment(call: Call, shop: Path) -> None:
    assert target(call, "apply", shop) == "environment.db (DATABASE_URL of the environment)"


@pytest.mark.parametrize("command", ["apply", "plan", "clean"])
def test_then_dotenv_in_which_nothing_is_expanded(
    call: Call, shop: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    call("apply", shop)
    assert target(call, command, shop) == "dot-$HOME-${SECRET}.db (DATABASE_URL of .env)"
    assert (folder / "dot-$HOME-${SECRET}.db").exists()
    assert "SECRET" not in os.environ


@pytest.mark.parametrize("text", ["", "OTHER=1\n", "DATABASE_URL=\n", "DATABASE_URL\n"])
def test_then_a_file_named_after_the_spec(
    call: Call, shop: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (folder / ".env").write_text(text)
    assert target(call, "apply", shop) == "shop.db (named after the spec)"
    assert target(call, "plan", shop).startswith("none")


def test_validate_and_generate_look_at_neither(
    call: Call, shop: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hush@192.0.2.1/x")
    (folder / ".env").write_bytes(b"\xff\xfe")
    assert call("validate", shop).out == "shop.yaml is valid\n"
    assert target(call, "generate", shop, "--output", "out") == "out"


def test_a_dotenv_that_is_no_text(call: Call, shop: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (folder / ".env").write_bytes(b"DATABASE_URL=\xff\xfe")
    outcome = call("apply", shop)
    assert outcome.code == 2
    assert "`.env` cannot be read" in outcome.err
    assert not list(folder.glob("*.db"))


def test_a_garbled_dotenv_is_one_clear_note(
    call: Call, shop: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (folder / ".env").write_text("A=1\n= = hush\nDATABASE_URL=sqlite:///dot.db\n'\n")
    outcome = call("apply", shop)
    assert outcome.err == "note: line 2 of `.env` cannot be read and is ignored\n"
    assert (folder / "dot.db").exists()
