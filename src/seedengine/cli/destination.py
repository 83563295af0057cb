"""Which database a command uses: of the call, the environment, `.env`, or a file named after the spec."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seedengine.cli.output import note
from seedengine.diagnostics import InvalidCall

if TYPE_CHECKING:
    from seedengine.targets.protocol import Target

VARIABLE = "DATABASE_URL"
DOTENV = Path(".env")
OTHERWISE = f"Otherwise {VARIABLE} of the environment, then of .env, then an SQLite file named after the spec."


@dataclass(frozen=True, slots=True)
class Destination:
    """A database's URL; `origin` says where it came from when the call did not name it."""

    url: str
    origin: str | None = None


def named_destination(database_url: str | None) -> Destination | None:
    """The database that the call, the environment or `.env` names, in this order, or None.

    Raises InvalidCall when `.env` cannot be read.
    """
    if database_url is not None:
        return Destination(database_url)
    if url := os.environ.get(VARIABLE):
        return Destination(url, f"{VARIABLE} of the environment")
    if url := _from_dotenv():
        return Destination(url, f"{VARIABLE} of .env")
    return None


def destination(database_url: str | None, spec_name: str) -> Destination:
    """The database of a run; without any name for it, an SQLite file in the working directory."""
    return named_destination(database_url) or Destination(f"sqlite:///{spec_name}.db", "named after the spec")


@contextmanager
def opened(destination: Destination, lock_seconds: float | None = None) -> Iterator[Target]:
    """The target of a destination, closed on every way out."""
    from seedengine.targets.url import LOCK_SECONDS, open_target

    with closing(open_target(destination.url, LOCK_SECONDS if lock_seconds is None else lock_seconds)) as target:
        yield target


def _from_dotenv() -> str | None:
    if not DOTENV.is_file():
        return None
    from dotenv.parser import parse_stream

    try:
        with DOTENV.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError):
        raise InvalidCall("`.env` cannot be read as UTF-8 text", "correct the file, or give `--database-url`") from None
    garbled = next((each.original.line for each in bindings if each.error), None)
    if garbled is not None:
        note("note", f"line {garbled} of `.env` cannot be read and is ignored")
    return {each.key: each.value for each in bindings if each.key is not None}.get(VARIABLE)
