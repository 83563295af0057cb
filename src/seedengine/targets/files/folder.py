"""A folder in which files get their names when they are whole, and whose manifest says which ones are."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seedengine.diagnostics import InvalidCall
from seedengine.targets.files.manifest import Entry, Manifest, Part
from seedengine.targets.files.write import Written, measure

_UNFINISHED = ".seedengine-unfinished"
_ELSEWHERE = "name another folder with `--output`"


class OutputFolder:
    """The folder of one run; every method raises InvalidCall where the disk refuses."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
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
            whole = {part.file for part in parts if part.file in known and self._is_whole(part, known[part.file])}
            for name, entry in known.items():
                if name not in names and _kind(entry.part) in kinds and self._is_as_left(entry):
                    self.path(name).unlink()
        return whole

    def _is_whole(self, part: Part, entry: Entry) -> bool:
        return entry.part == part and self._is_as_left(entry)

    def _is_as_left(self, entry: Entry) -> bool:
        path = self.path(entry.part.file)
        return path.is_file() and path.stat().st_size == entry.written.bytes and measure(path) == entry.written

    def finish(self, part: Part, written: Written) -> None:
        """Give the unfinished file of a part its name, when all of it is on the disk and in the manifest."""
        unfinished, path = self.unfinished(part.file), self.path(part.file)
        with writing(path):
            _sync(unfinished)
            self._manifest.add(Entry(part, written))
            unfinished.replace(path)

    def close(self, parts: Sequence[Part]) -> None:
        """End a run whose parts are all finished; the manifest keeps these, and those of other specs and formats."""
        known, kinds = self._manifest.entries, set(map(_kind, parts))
        others = [entry for entry in known.values() if _kind(entry.part) not in kinds]
        with writing(self._directory):
            _sync(self._directory)
            self._manifest.replace([*others, *(known[part.file] for part in parts)], self.unfinished("manifest"))

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
        raise InvalidCall(message, "name a folder that can be written with `--output`") from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
