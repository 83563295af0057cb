"""Columns of texts that are put together from a table of pieces, as bytes and without a text of Python's per row."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.faker.grammar import NotCompiled

Indexes = NDArray[np.int64]

_END = "\0"
# So many pieces are joined at a time: what that needs stays in the cache of the processor.
_AT_ONCE = 8192


def column_of(letters: NDArray[np.uint8]) -> pl.Series:
    """The text of each row of a matrix of ASCII letters."""
    if not len(letters):
        return pl.Series(dtype=pl.String)
    ends = np.full((len(letters), 1), ord(_END), np.uint8)
    return _split(np.concatenate([letters, ends], axis=1).tobytes()[:-1])


def _split(joined: bytes) -> pl.Series:
    return pl.Series([joined], dtype=pl.Binary).cast(pl.String).str.split(_END).explode()


class Pieces:
    """A table of texts to be laid one after the other; a piece is known by its position in the table."""

    def __init__(self, texts: Sequence[str]) -> None:
        if any(_END in text for text in texts):
            raise NotCompiled("its texts hold NUL")
        self._count = len(texts)
        encoded = [text.encode() for text in (*texts, *(_END + text for text in texts))]
        self._bytes = np.frombuffer(b"".join(encoded), np.uint8)
        self._lengths = np.array([len(each) for each in encoded], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._lasts = self._starts + self._lengths - 1

    def column(self, pieces: Indexes, first: Indexes) -> pl.Series:
        """A text for each of `first`: the positions in `pieces`, from 0 on and rising, at which the texts begin."""
        if not len(first):
            return pl.Series(dtype=pl.String)
        pieces = pieces.copy()
        pieces[first] += self._count
        if not self._lengths.all():
            pieces = pieces[self._lengths.take(pieces) > 0]
        joined = [self._joined(pieces[start : start + _AT_ONCE]) for start in range(0, len(pieces), _AT_ONCE)]
        return _split(b"".join(joined)[1:])

    def rows(self, pieces: Indexes) -> pl.Series:
        """The text of each row of a matrix of pieces."""
        count, width = pieces.shape
        return self.column(pieces.ravel(), np.arange(count, dtype=np.int64) * width)

    def _joined(self, pieces: Indexes) -> bytes:
        """The bytes of pieces that are not empty: one step on in the table from byte to byte, a jump to each piece."""
        lengths = self._lengths.take(pieces)
        ends = np.cumsum(lengths)
        jumps = self._starts.take(pieces)
        jumps[1:] -= self._lasts.take(pieces[:-1])
        places = np.ones(ends[-1], np.int64)
        places[ends - lengths] = jumps
        np.cumsum(places, out=places)
        return self._bytes.take(places).tobytes()
