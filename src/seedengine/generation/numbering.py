"""Groups of rows that agree in some values, found while the rows go by."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Integers = NDArray[np.int64]


class Numbering:
    """Numbers combinations of values from 0, in the order in which they first come; NULL is a value as others are.

    `keys` has each combination, in columns that are named as those given, and its number in `group`.
    """

    def __init__(self) -> None:
        self.keys: pl.DataFrame | None = None

    def __len__(self) -> int:
        return 0 if self.keys is None else len(self.keys)

    def number(self, columns: list[pl.Series]) -> Integers:
        """The number of the combination in each row."""
        frame = pl.DataFrame(columns)
        fresh = frame.unique(maintain_order=True)
        if self.keys is not None:
            fresh = fresh.join(self.keys, on=frame.columns, how="anti", nulls_equal=True, maintain_order="left")
        if self.keys is None or len(fresh):
            fresh = fresh.with_row_index("group", offset=len(self)).cast({"group": pl.Int64})
            self.keys = fresh if self.keys is None else pl.concat([self.keys, fresh])
        found = frame.join(self.keys, on=frame.columns, how="left", nulls_equal=True, maintain_order="left")
        return found["group"].to_numpy().astype(np.int64)


class Tally:
    """How often each number has come so far."""

    def __init__(self) -> None:
        self.counts = np.zeros(1, dtype=np.int64)

    def rank(self, numbers: Integers) -> Integers:
        """How often the number of each of these had come before."""
        more = np.bincount(numbers).astype(np.int64)
        self._reach(len(more))
        order = np.argsort(numbers, kind="stable")
        ordered = numbers[order]
        ranks = np.empty(len(numbers), dtype=np.int64)
        ranks[order] = np.arange(len(numbers), dtype=np.int64) - (np.cumsum(more) - more)[ordered]
        ranks += self.counts[numbers]
        self.counts[: len(more)] += more
        return ranks

    def _reach(self, size: int) -> None:
        if size > len(self.counts):
            grown = np.zeros(max(size, 2 * len(self.counts)), dtype=np.int64)
            grown[: len(self.counts)] = self.counts
            self.counts = grown
