"""The pieces that texts are put together of: a table of them, and what a batch adds to it."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import Integers, Words, high_word
from seedengine.generation.faker.alias import EVERY, Alias
from seedengine.generation.faker.grammar import Elements

Pieces = NDArray[np.uint32]


class Table:
    """The pieces of a grammar's texts, the empty one first."""

    def __init__(self) -> None:
        self._texts: list[str] = [""]
        self._bases: dict[Elements, int] = {}
        self._column: pl.Series | None = None
        self._thresholds: list[Words] = [np.array([EVERY], np.uint64)]
        self._others: list[Integers] = [np.zeros(1, np.int64)]
        self._tables: tuple[Words, Integers] | None = None

    def base(self, node: Elements) -> int:
        """Where the texts of a list begin."""
        if node not in self._bases:
            base = self._bases[node] = len(self._texts)
            self._texts += node.values
            thresholds, others = Alias(len(node.values), node.weights).tables
            self._thresholds.append(thresholds)
            self._others.append(others + base)
            self._column = self._tables = None
        return self._bases[node]

    @property
    def column(self) -> pl.Series:
        """All of them."""
        if self._column is None:
            self._column = pl.Series(values=self._texts, dtype=pl.String)
        return self._column

    def draw(self, bits: Words, base: int | Integers, size: Words, *, weighted: bool) -> Pieces:
        """One of the `size` pieces from `base` on for each of the bits, these two being one or one per row."""
        index = high_word(bits, size).view(np.int64) + base
        if weighted:
            if self._tables is None:
                self._tables = np.concatenate(self._thresholds), np.concatenate(self._others)
            thresholds, others = self._tables
            index = np.where(bits * size <= thresholds[index], index, others[index])
        return index.astype(np.uint32)


class Batch:
    """The pieces that texts of one batch are put together of."""

    def __init__(self, table: Table) -> None:
        self._columns = [table.column]
        self._size = len(table.column)

    def add(self, column: pl.Series) -> Pieces:
        """The positions of further pieces."""
        first = self._size
        self._columns.append(column)
        self._size += len(column)
        return np.arange(first, self._size, dtype=np.uint32)

    def texts(self, pieces: Pieces) -> pl.Series:
        """The texts that these pieces make, one for each column of the matrix."""
        table = pl.concat(self._columns, rechunk=True) if len(self._columns) > 1 else self._columns[0]
        columns = [table.gather(pl.Series(each)) for each in pieces]
        if len(columns) == 1:
            return columns[0]
        return pl.select(pl.concat_str([pl.lit(each) for each in columns])).to_series()
