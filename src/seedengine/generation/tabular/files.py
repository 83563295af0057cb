"""CSV files as columns: read once, whole, when the spec is loaded."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
import polars as pl

from seedengine.generation.columns import take
from seedengine.generation.context import Context
from seedengine.generation.tabular.layout import check_lines, read_header
from seedengine.generation.tabular.types import typed
from seedengine.spec.facts import FileFault
from seedengine.spec.generators import FileColumn

_MOST_BYTES = 1 << 27


@dataclass(frozen=True)
class Table:
    """The rows of a CSV file; `digest` is that of its bytes."""

    digest: str
    frame: pl.DataFrame = field(compare=False, repr=False)

    def __len__(self) -> int:
        return self.frame.height

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in the order of the header."""
        return tuple(self.frame.columns)

    def has_empty(self, column: str) -> bool:
        """Whether some cell of a column is empty."""
        return self.frame[column].null_count() > 0

    def has_numbers(self, column: str) -> bool:
        """Whether a column is one of whole numbers."""
        return self.frame[column].dtype == pl.Int64

    def distinct(self, column: str) -> int:
        """How many different values a column has."""
        return self.frame[column].n_unique()


def read_table(path: Path) -> Table:
    """The rows of a CSV file with a header, in UTF-8, with commas and quotes as RFC 4180 has them.

    Every column has the first type that all its cells spell (`typed`); an empty cell without quotes is NULL, and empty
    lines at the end are none. Raises FileFault, with the line where there is one, for any other file.
    """
    content = _read(path)
    text = content.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r\n") + b"\n"
    if text == b"\n":
        raise FileFault("the file is empty", "begin with a line of column names")
    if b"\r" in text and text.count(b"\n") == 1:
        raise FileFault(
            "its lines end in carriage returns alone", "save the file with line feeds, as Unix and Windows do"
        )
    _check_text(text)
    names = read_header(text)
    check_lines(text, len(names))
    raw = pl.read_csv(text, infer_schema=False)
    columns = [typed(column).alias(name) for column, name in zip(raw.get_columns(), names, strict=True)]
    return Table(blake2b(content, digest_size=16).hexdigest(), pl.DataFrame(columns))


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FileFault("no such file" if not path.exists() else "this is no file")
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        help = "check its name" if error.errno == errno.ENAMETOOLONG else "check its permissions"
        raise FileFault((error.strerror or "it cannot be read").lower(), help) from None
    if len(content) > _MOST_BYTES:
        raise FileFault("larger than 128 MB", "keep only the rows that the spec needs")
    return content


def _check_text(text: bytes) -> None:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise FileFault(f"byte 0x{text[error.start]:02x} is not UTF-8", "save the file as UTF-8", line) from None
    if b"\0" in text:
        line = text.count(b"\n", 0, text.index(b"\0")) + 1
        raise FileFault("a NUL character, which no text of a database holds", "save the file as UTF-8", line)


def make_cell(value: FileColumn, context: Context) -> pl.Series:
    """The cell of each row; where it is empty, what `fields` says."""
    assert isinstance(value.table, Table)
    cells = take(value.table.frame[value.column], context.ordinal)
    if value.missing is None:
        return cells
    empty = cells.is_null().to_numpy()
    given, missing = (np.flatnonzero(each).astype(np.int64) for each in (~empty, empty))
    return context.together([(given, take(cells, given)), (missing, context.some(missing).value(value.missing))])
