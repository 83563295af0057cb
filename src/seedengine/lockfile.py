"""`seedengine.lock`: what the specs of a folder make in each of their sizes, as it was when somebody wrote it down."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from seedengine.diagnostics import InvalidCall
from seedengine.planning.verification import LockEntry

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LOCK = "seedengine.lock"
"""The name of the file, which lies beside the specs."""

_FORMAT = 1

Entries = Mapping[str, Mapping[str, LockEntry]]
"""By the name of a spec's file, and by the size in words."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """While a lock is read and written again: one process at a time, where the system can hold others back."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def read_lock(path: Path) -> Entries:
    """All entries of a lock, none where there is no such file.

    Raises InvalidCall where it cannot be read or is not what `write_lock` writes.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise InvalidCall(f"`{path}` cannot be read as UTF-8 text", "correct the file, or remove it") from None
    try:
        found = json.loads(text)
        if found["format"] == _FORMAT:
            return _adapter().validate_python(found["specs"])
    except (ValueError, TypeError, LookupError, RecursionError):
        pass  # pydantic's ValidationError is a ValueError: however it is damaged, what to do is the same
    raise InvalidCall(
        f"`{path}` is not a lock that this version writes",
        "take it back from version control, or remove it and write it anew with `seedengine verify SPEC --write-lock`",
    )


def write_lock(path: Path, entries: Entries) -> None:
    """Let these be all entries, by way of a file that takes the lock's place; raises InvalidCall."""
    specs = {name: {size: asdict(entry) for size, entry in sizes.items()} for name, sizes in entries.items()}
    text = json.dumps({"format": _FORMAT, "specs": specs}, indent=2, sort_keys=True) + "\n"
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        reason = error.strerror or "the disk refuses it"
        raise InvalidCall(f"`{path}` cannot be written: {reason}", "let the folder of the spec be writable") from None


def _adapter() -> TypeAdapter[dict[str, dict[str, LockEntry]]]:
    from pydantic import TypeAdapter

    return TypeAdapter(dict[str, dict[str, LockEntry]])
