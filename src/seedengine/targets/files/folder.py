"""A folder in which files get their names when they are whole, and whose manifest says which ones are."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seedengine.diagnostics import InvalidCall
from seedengine.targets.files.manifest import Entry, Manifest, Part
from seedengine.targets.files.shape import is_file_of
from seedengine.targets.files.write import Written, measure

_UNFINISHED = ".seedengine-unfinished"
_ELSEWHERE = "name another folder with `--output`"
_WRITABLE = "name a folder that can be written with `--output`"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ROOM = f"make room and call again, which goes on from there; or {_ELSEWHERE}"


class OutputFolder:
    """The folder of one run; every method raises InvalidCall where the disk refuses."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.changed: list[str] = []
        """The files of the run that are not as an earlier run has left them, and are made anew."""
        self._there: dict[str, Entry] = {}
        with writing(directory):
            self._manifest = Manifest(directory)

    def path(self, name: str) -> Path:
        """Where a file will be when it is whole."""
        return self._directory / name

    def unfinished(self, name: str) -> Path:
        """Where to write what is not whole; it is gone when the folder is closed."""
        return self._directory / f".{name}{_UNFINISHED}"

    def prepare(self, parts: Sequence[Part]) -> set[str]:
        """Make room for the files of a run; the names of those that are there and whole.

        Whole is a file of the same part, fingerprint included, with the length and digest that it then got. Files that
        an earlier run of the same spec has left in the same format, and that are not among the parts, are removed if
        they are as that run left them.

        Raises InvalidCall where a file that no run has left bears the name of a part; then nothing was changed.
        """
        known = self._manifest.entries
        names, kinds = {part.file for part in parts}, set(map(_kind, parts))
        for part in parts:
            if part.file not in known and os.path.lexists(self.path(part.file)):
                message = f"`{self.path(part.file)}` is there already, and seedengine did not write it"
                raise InvalidCall(message, f"move it away, or {_ELSEWHERE}")
        with writing(self._directory):
            self._there = {name: entry for name in names & known.keys() if (entry := self._as_left(name))}
            whole = {part.file for part in parts if part.file in self._there and self._there[part.file].part == part}
            others = known.keys() & names - self._there.keys()
            self.changed = sorted(name for name in others if os.path.lexists(self.path(name)))
            for name, entries in known.items():
                if name not in names and any(_kind(each.part) in kinds for each in entries):
                    left = self._as_left(name)
                    if left is not None and _kind(left.part) in kinds:
                        self.path(name).unlink()
        return whole

    def _as_left(self, name: str) -> Entry | None:
        """The last entry that says what is in a file now."""
        path = self.path(name)
        if not path.is_file():
            return None
        size = path.stat().st_size
        possible = [each for each in self._manifest.entries[name] if each.written.bytes == size]
        now = measure(path) if possible else None
        return next((each for each in reversed(possible) if each.written == now), None)

    def finish(self, part: Part, written: Written) -> None:
        """Give the unfinished file of a part its name, when all of it is on the disk and in the manifest."""
        unfinished, path = self.unfinished(part.file), self.path(part.file)
        with writing(path):
            _sync(unfinished)
            entry = Entry(part, written)
            self._manifest.add(entry)
            unfinished.replace(path)
            self._there[part.file] = entry

    def close(self, parts: Sequence[Part]) -> None:
        """End a run whose parts are all finished; the manifest keeps these, and those of other specs and formats."""
        kinds = set(map(_kind, parts))
        own = {part.file: self._there[part.file] for part in parts}
        others = [
            entry
            for name, entries in self._manifest.entries.items()
            for entry in entries
            if name not in own and _kind(entry.part) not in kinds
        ]
        with writing(self._directory):
            _sync(self._directory)
            self._manifest.replace([*others, *own.values()], self.unfinished("manifest"))

    def others(self, parts: Sequence[Part]) -> list[str]:
        """The files that look like further ones of the same tables in the same format."""
        names, tables = {part.file for part in parts}, {(part.table, part.format) for part in parts}
        with writing(self._directory):
            there = sorted(each.name for each in self._directory.iterdir())
        return [
            name
            for name in there
            if name not in names and any(is_file_of(name, table, format) for table, format in tables)
        ]

    def clear(self) -> None:
        """Remove what is not whole, of this run or of one that was killed."""
        for path in self._directory.glob(f".*{_UNFINISHED}"):
            path.unlink(missing_ok=True)


def _kind(part: Part) -> tuple[str, str]:
    return part.spec, part.format


@contextmanager
def open_folder(directory: Path) -> Iterator[OutputFolder]:
    """A folder for the files of one run, made where it is missing; nothing unfinished is left in it.

    Raises InvalidCall where it cannot be written, and where another run is writing to it.
    """
    if os.path.lexists(directory) and not directory.is_dir():
        raise InvalidCall(f"`{directory}` is no folder", _ELSEWHERE)
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory, os.O_RDONLY)
    try:
        _lock(descriptor, directory)
        folder = OutputFolder(directory)
        with writing(directory):
            folder.clear()
        try:
            yield folder
        finally:
            folder.clear()
    finally:
        os.close(descriptor)


def _lock(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another run of seedengine is writing to `{directory}`"
        raise InvalidCall(message, f"wait for it, or {_ELSEWHERE}") from None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the refusal of a disk into an InvalidCall that names the file or folder."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "the disk refuses it"
        message = f"`{path}` cannot be written: {reason}"
        raise InvalidCall(message, _ROOM if error.errno in _FULL else _WRITABLE) from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
