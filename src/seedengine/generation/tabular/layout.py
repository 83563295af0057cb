"""The form of a CSV file (RFC 4180), checked before anything is made of it.

Polars reads files of that form as they are meant, and others somehow: a short row as one that ends in empty cells.
"""

from __future__ import annotations

import csv
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from seedengine.spec.facts import FileFault

_QUOTE, _COMMA, _LINE, _RETURN = b'",\n\r'
_LONGEST_NAME = 63


def read_header(content: bytes) -> tuple[str, ...]:
    """The names of the columns; FileFault where one is missing, too long, or stands twice."""
    names = next(csv.reader(StringIO(_first_row(content).decode(), newline="")), [])
    for number, name in enumerate(names, 1):
        if not name.strip():
            raise FileFault(f"column {number} has no name", "begin with a line of column names", 1)
        if len(name) > _LONGEST_NAME:
            help = f"a name has at most {_LONGEST_NAME} characters; the first line names the columns"
            raise FileFault(f"the name of column {number} is too long", help, 1)
        if name in names[: number - 1]:
            raise FileFault(f"the header has `{name}` twice", "give every column a name of its own", 1)
    return tuple(names)


def _first_row(content: bytes) -> bytes:
    end = content.index(b"\n")
    while content.count(b'"', 0, end) % 2 and b"\n" in content[end + 1 :]:
        end = content.index(b"\n", end + 1)
    return content[:end]


def check_lines(content: bytes, columns: int) -> None:
    """That every row has so many cells and every quote its place; FileFault at the first line where not.

    `content` ends in a line feed.
    """
    data = np.frombuffer(content, np.uint8)
    marks = np.flatnonzero((data == _QUOTE) | (data == _COMMA) | (data == _LINE))
    kinds = data[marks]
    is_quote = kinds == _QUOTE
    _check_quotes(content, data, marks[is_quote])
    quoted = np.cumsum(is_quote, dtype=np.uint8) % 2 == 1
    cuts = np.flatnonzero(~(is_quote | quoted))
    ends = np.flatnonzero(kinds[cuts] == _LINE)
    cells = np.diff(ends, prepend=-1)
    wrong = np.flatnonzero(cells != columns)
    if len(wrong):
        row = int(wrong[0])
        begin = int(marks[cuts[ends[row - 1]]]) + 1 if row else 0
        raise _wrong_row(content, begin, int(cells[row]), columns)


def _wrong_row(content: bytes, begin: int, cells: int, columns: int) -> FileFault:
    line = _line_of(content, begin)
    if content[begin : begin + 2].lstrip(b"\r").startswith(b"\n"):
        return FileFault("an empty line", "remove it: only lines at the end may be empty", line)
    message = f"{cells} {'cell' if cells == 1 else 'cells'} where the header has {columns}"
    if cells < columns:
        return FileFault(message, "every row has a cell for every column; an empty one needs its comma too", line)
    return FileFault(message, "a cell with a comma in it stands in quotes", line)


def _check_quotes(content: bytes, data: NDArray[np.uint8], quotes: NDArray[np.intp]) -> None:
    """Every other one opens a cell at its beginning, or goes on after a quote in it; the others close it likewise."""
    opening, closing = quotes[::2], quotes[1::2]
    stray = np.concatenate(
        [
            opening[~np.isin(data[opening - 1], (_COMMA, _LINE, _QUOTE))],
            closing[~np.isin(data[closing + 1], (_COMMA, _LINE, _RETURN, _QUOTE))],
        ]
    )
    if len(stray):
        help = 'quote the whole cell and write a quote in it twice: `"a 5"" pipe"`'
        raise FileFault("a quote in the middle of a cell", help, _line_of(content, int(stray.min())))
    if len(opening) > len(closing):
        raise FileFault("a quote that is never closed", "close it", _line_of(content, int(opening[-1])))


def _line_of(content: bytes, place: int) -> int:
    """The line, counted from 1, in which a byte stands."""
    return content.count(b"\n", 0, place) + 1
