"""What runs have left in a folder: a line of JSON for every file, written before the file gets its name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from seedengine.diagnostics import InvalidCall
from seedengine.targets.files.shape import Format
from seedengine.targets.files.write import Written

MANIFEST = "seedengine.manifest"
"""The manifest's name in a folder; no file of a table can have it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a table: it has the rows `[start, stop)`, counted through the entities of the table.

    `fingerprint` stands for all that these rows depend on; `spec` is only the name of the spec.
    """

    file: Annotated[str, Field(pattern=r"^[^./\\\x00][^/\\\x00]*$")]
    table: str
    start: int
    stop: int
    format: Format
    spec: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A part and what was in its file when it was whole."""

    part: Part
    written: Written


_ENTRY = TypeAdapter(Entry)


class Manifest:
    """The manifest of a folder, the last entry of every file by its name; raises OSError.

    It is refused with InvalidCall where it is a link, or anything else than a file.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / MANIFEST
        if os.path.lexists(self._path) and not stat.S_ISREG(self._path.lstat().st_mode):
            help = "move it away, or name another folder with `--output`"
            raise InvalidCall(f"`{self._path}` is no ordinary file, and cannot be seedengine's manifest", help)
        self.entries = _read(self._path)
        self._as_saved = tuple(self.entries.values())

    def add(self, entry: Entry) -> None:
        """Put a file's line behind the others; it is on the disk when this returns."""
        with self._path.open("ab") as file:
            # What a power cut has torn ends at the first line end.
            file.write(b"\n" + _line(entry))
            file.flush()
            os.fsync(file.fileno())
        self.entries[entry.part.file] = entry

    def replace(self, entries: Iterable[Entry], unfinished: Path) -> None:
        """Let these be all entries, by way of a file that takes the manifest's place."""
        self.entries = {entry.part.file: entry for entry in entries}
        if tuple(self.entries.values()) == self._as_saved:
            return
        with unfinished.open("wb") as file:
            file.writelines(map(_line, self.entries.values()))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)


def _line(entry: Entry) -> bytes:
    return _ENTRY.dump_json(entry) + b"\n"


def _read(path: Path) -> dict[str, Entry]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    entries = {}
    for line in lines:
        try:
            entry = _ENTRY.validate_json(line)
        except ValidationError:
            continue  # torn, or not ours: it accounts for no file
        entries[entry.part.file] = entry
    return entries
