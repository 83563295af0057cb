"""All tables of a spec to a folder: which files there are to be, and which are there already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from seedengine.catalog import Table
from seedengine.exporting.pieces import Passed, Piece, Style, make_piece, piece_bounds
from seedengine.generation.world import World
from seedengine.targets.columntypes import parse_type
from seedengine.targets.files import OutputFolder, Part, Shape, Written, append_file, measure, open_folder, writing

Progress = Callable[[str, int, int], None]
"""Called with a table, how many of its rows are done, and how many there are in all."""


@dataclass(frozen=True, slots=True)
class Export:
    """Where the rows of the spec in the folder `origin` go, and how.

    `fingerprint` stands for all that the rows depend on. With `part_rows`, files have so many rows each and are
    numbered from 1; otherwise a table is one file.
    """

    directory: Path
    shape: Shape
    origin: Path
    fingerprint: str
    part_rows: int | None = None
    workers: int = 1


_MOST_NAMED = 5


def export(world: World, tables: Sequence[Table], to: Export, progress: Progress | None = None) -> tuple[str, ...]:
    """Write every table; what the user should know of the files that were in the folder before.

    Raises InvalidCall where the folder or a file cannot be written, GenerationFault where a value cannot be made, and
    ChildProcessError where a worker is killed. What was finished by then stays, nothing half written does.
    """
    parts = [part for table in tables for part in _parts(world, table.name, to)]
    types = {table.name: {each.name: parse_type(each.type) for each in table.columns} for table in tables}
    style = Style(to.shape, types)
    passed = _Counter(world, progress).passed
    with open_folder(to.directory) as folder:
        whole = folder.prepare(parts)
        for part in parts:
            if part.file in whole:
                passed(part.table, part.stop - part.start)
        missing = [part for part in parts if part.file not in whole]
        if to.workers == 1:
            _make_alone(world, style, folder, missing, passed)
        elif missing:
            _make_together(world, style, folder, missing, to, passed)
        folder.close(parts)
        return tuple(_notes(folder, parts, whole))


def _notes(folder: OutputFolder, parts: Sequence[Part], whole: Collection[str]) -> Iterator[str]:
    if whole:
        yield f"{len(whole)} of {len(parts)} files were there already, whole, and stay"
    if changed := folder.changed:
        words = "was changed since it was written and is" if len(changed) == 1 else "were changed since and are"
        yield f"{_listed(changed)} {words} made anew"
    if others := folder.others(parts):
        noun = "file" if len(others) == 1 else "files"
        yield f"{len(others)} {noun} of the same tables in the folder, not of this run: {_listed(others)}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"


def _parts(world: World, table: str, to: Export) -> Iterator[Part]:
    def part(number: int | None, start: int, stop: int) -> Part:
        file = to.shape.file_name(table, number)
        return Part(file, table, start, stop, to.shape.format, world.spec.name, to.fingerprint)

    rows = world.count(*world.scope.tables[table])
    if to.part_rows is None:
        yield part(None, 0, rows)
        return
    for number, start in enumerate(range(0, max(rows, 1), to.part_rows), 1):
        yield part(number, start, min(start + to.part_rows, rows))


class _Counter:
    """Tells how many rows of a table are done."""

    def __init__(self, world: World, progress: Progress | None) -> None:
        self._world, self._progress = world, progress
        self._done: dict[str, int] = {}

    def passed(self, table: str, rows: int) -> None:
        self._done[table] = self._done.get(table, 0) + rows
        if self._progress is not None:
            self._progress(table, self._done[table], self._world.count(*self._world.scope.tables[table]))


def _make_alone(world: World, style: Style, folder: OutputFolder, parts: Sequence[Part], passed: Passed) -> None:
    for part in parts:
        path = folder.unfinished(part.file)
        piece = Piece(part.table, part.start, part.stop, True, path, folder.path(part.file))
        folder.finish(part, make_piece(world, style, piece, passed))


def _make_together(
    world: World, style: Style, folder: OutputFolder, parts: Sequence[Part], to: Export, passed: Passed
) -> None:
    from seedengine.exporting.workers import make_pieces

    jobs = [_Job(folder, part, _pieces(world, style, folder, part)) for part in parts]
    job_of = {piece: job for job in jobs for piece in job.pieces}
    with closing(make_pieces(world.spec, to.origin, style, list(job_of), to.workers)) as made:
        for piece, written in made:
            job_of.pop(piece).add(piece, written)
            passed(piece.table, piece.stop - piece.start)


def _pieces(world: World, style: Style, folder: OutputFolder, part: Part) -> list[Piece]:
    bounds = [(part.start, part.stop)]
    if style.shape.can_be_joined:
        bounds = piece_bounds(world, part.table, part.start, part.stop)
    names = [part.file] if len(bounds) == 1 else [f"{part.file}.{number}" for number in range(len(bounds))]
    return [
        Piece(part.table, start, stop, start == part.start, folder.unfinished(name), folder.path(part.file))
        for name, (start, stop) in zip(names, bounds, strict=True)
    ]


class _Job:
    """A part whose pieces come in any order, and are joined in theirs."""

    def __init__(self, folder: OutputFolder, part: Part, pieces: list[Piece]) -> None:
        self._folder, self._part, self.pieces = folder, part, pieces
        self._waiting: set[Piece] = set()
        self._joined = 0

    def add(self, piece: Piece, written: Written) -> None:
        if len(self.pieces) == 1:
            self._folder.finish(self._part, written)
            return
        self._waiting.add(piece)
        path = self._folder.unfinished(self._part.file)
        with writing(self._folder.path(self._part.file)):
            while self._joined < len(self.pieces) and self.pieces[self._joined] in self._waiting:
                append_file(path, self.pieces[self._joined].path)
                self._joined += 1
        if self._joined == len(self.pieces):
            self._folder.finish(self._part, measure(path))
