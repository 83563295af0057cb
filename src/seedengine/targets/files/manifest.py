"""What runs have left in a folder: a line of JSON for every file, written before the file gets its name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
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
    """The manifest of a folder, all entries of every file by its name, the last one last; raises OSError.

    A run that was killed before a file got its name has left an entry that the file is not like: it is then still like
    an earlier one. The manifest is refused with InvalidCall where it is a link, or anything else than a file.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / MANIFEST
        if os.path.lexists(self._path) and not stat.S_ISREG(self._path.lstat().st_mode):
            help = "move it away, or name another folder with `--output`"
            raise InvalidCall(f"`{self._path}` is no ordinary file, and cannot be seedengine's manifest", help)
        self.entries = _read(self._path)
        self._as_saved = self._lines()

    def add(self, entry: Entry) -> None:
        """Put a file's line behind the others; it is on the disk when this returns."""
        with self._path.open("ab") as file:
            # What a power cut has torn ends at the first line end.
            file.write(b"\n" + _line(entry))
            file.flush()
            os.fsync(file.fileno())
        self.entries.setdefault(entry.part.file, []).append(entry)

    def replace(self, entries: Iterable[Entry], unfinished: Path) -> None:
        """Let these be all entries, by way of a file that takes the manifest's place."""
        self.entries = _by_file(entries)
        if self._lines() == self._as_saved:
            return
        with unfinished.open("wb") as file:
            file.writelines(map(_line, self._lines()))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)

    def _lines(self) -> list[Entry]:
        return [entry for entries in self.entries.values() for entry in entries]


def _line(entry: Entry) -> bytes:
    return _ENTRY.dump_json(entry) + b"\n"


def _read(path: Path) -> dict[str, list[Entry]]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    return _by_file(_whole(lines))


def _whole(lines: Iterable[bytes]) -> Iterator[Entry]:
    for line in lines:
        try:
            yield _ENTRY.validate_json(line)
        except ValidationError:
            continue  # torn, or not ours: it accounts for no file


def _by_file(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.part.file, []).append(entry)
    return found
