"""Columns of a file of rows: no generator that a spec names, but what `rows: file.csv` makes of its header."""

from __future__ import annotations

from seedengine.spec.facts import FileRows
from seedengine.spec.generators.base import Generator, Value


class FileColumn(Generator):
    """A column of the file; `missing` is the value where its cell is empty."""

    table: FileRows
    column: str
    missing: Value | None = None

    @property
    def has_empty(self) -> bool:
        """Whether some row has no cell of its own."""
        return self.table.has_empty(self.column)
