"""One file from a stream of batches, or from files: how long it got, and the digest of what is in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from seedengine.targets.columntypes import ColumnType
from seedengine.targets.files.held import held
from seedengine.targets.files.shape import Shape
from seedengine.targets.files.texts import TEXT_FORMATS, as_bytes

_DIGEST_BYTES = 16
_COPIED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written: its length, and BLAKE2b of its content with 16 bytes, as hexadecimal digits."""

    bytes: int
    blake2b: str


def write_file(
    path: Path,
    shape: Shape,
    table: str,
    types: Mapping[str, ColumnType],
    batches: Iterable[pl.DataFrame],
    *,
    head: bool = True,
) -> Written:
    """Write all batches of a table to a file; raises OSError where the disk does not take it.

    `types` are the columns in the order of the frames, and every format has the values that such columns would hold.
    CSV has a header, nothing for NULL, `""` for the empty text, and JSON for lists and objects; JSON lines have numbers
    with their digits; Parquet has the declared types; SQL is PostgreSQL's, in statements of 500 rows, and leaves
    columns that a batch does not have to their defaults. Without `head`, a text file is one to be joined to another. No
    more than a few batches are in memory. Raises InvalidCall for a value that its column cannot hold.
    """
    if shape.format == "parquet":
        _write_parquet(path, table, types, batches)
        return measure(path)
    text = TEXT_FORMATS[shape.format]
    with path.open("wb") as file:
        digested = _Digested(file)
        if head:
            digested.write(as_bytes(text.head(types), shape.compression, "necessary"))
        for batch in batches:
            digested.write(as_bytes(text.lines(table, types, batch), shape.compression, text.quotes))
    return digested.written


def append_file(path: Path, piece: Path) -> None:
    """Put what is in the file `piece` behind what is in `path`, and remove it; raises OSError."""
    with piece.open("rb") as source, path.open("ab") as file:
        while data := source.read(_COPIED_BYTES):
            file.write(data)
    piece.unlink()


def measure(path: Path) -> Written:
    """What a file has in it now; raises OSError."""
    with path.open("rb") as file:
        digest = file_digest(file, _new_digest).hexdigest()
        return Written(os.fstat(file.fileno()).st_size, digest)


def _new_digest() -> blake2b:
    return blake2b(digest_size=_DIGEST_BYTES)


class _Digested:
    """A file that keeps count of what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest, self._bytes = file, _new_digest(), 0

    def write(self, data: memoryview) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)

    @property
    def written(self) -> Written:
        return Written(self._bytes, self._digest.hexdigest())


def _write_parquet(path: Path, table: str, types: Mapping[str, ColumnType], batches: Iterable[pl.DataFrame]) -> None:
    waiting = (held(table, types, batch.select(*types)) for batch in batches)
    empty = pl.DataFrame(schema=dict.fromkeys(types, pl.Null))
    first = next(waiting, None)
    first = held(table, types, empty) if first is None else first
    failures: list[BaseException] = []

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del with_columns, predicate, n_rows, batch_size  # the whole file is written: nothing narrows it
        yield first
        try:
            yield from waiting
        except BaseException as failure:
            failures.append(failure)
            raise

    try:
        register_io_source(source, schema=first.schema).sink_parquet(path)
    except pl.exceptions.PolarsError as error:
        # Polars puts an error of its own around what a source raises, and around what the system says.
        if failures:
            raise failures[0] from None
        if found := re.search(r"\(os error (\d+)\)", str(error)):
            number = int(found[1])
            raise OSError(number, os.strerror(number)) from None
        raise
