"""Texts up to a length: units one after the other as long as they fit, as Faker's `text` puts them together."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import Words, nested
from seedengine.generation.faker.grammar import NotCompiled
from seedengine.generation.faker.special.prose import Unit, starts
from seedengine.generation.faker.special.texts import Indexes

# How many units are drawn at a time for the few rows that are left.
_UNITS_AT_ONCE = 1 << 10
_LEAST_WORDS = 8


class LongText:
    """Texts of `unit`s of less than `most` characters.

    Units are drawn one after the other until the text has `most` characters, and the last is left out. Where it is the
    only one, all begins anew with the next. Unit `n` of an address is drawn for its `nested` address `n`.
    """

    def __init__(self, unit: Unit, most: int) -> None:
        if unit.shortest >= most:
            raise NotCompiled("nothing that it draws is short enough")
        self._unit, self._most = unit, most
        self.words = max(unit.words, most // _LEAST_WORDS)

    def draw(self, address: Words) -> pl.Series:
        """A text for each address."""
        first, stop = self._extent(address)
        counts = stop - first
        begins = starts(counts)
        number = np.arange(counts.sum()) + np.repeat(first - begins, counts)
        pieces, sizes = self._unit.draw(nested(np.repeat(address, counts), number))
        unit_begins = starts(sizes)
        later = np.ones(len(number), np.bool_)
        later[begins] = False
        pieces[unit_begins[later]] += self._unit.joint
        ends = np.append(unit_begins, len(pieces))[begins + counts] - 1
        pieces[ends] += self._unit.last
        return self._unit.pieces.column(pieces, unit_begins[begins])

    def _extent(self, address: Words) -> tuple[Indexes, Indexes]:
        """The number of the first unit of each text, and that of the one that is too much."""
        first, stop = np.zeros(len(address), np.int64), np.zeros(len(address), np.int64)
        size = np.zeros(len(address), np.int64)
        open_rows, done = np.arange(len(address)), 0
        while len(open_rows):
            block = max(1, min(len(address), _UNITS_AT_ONCE) // len(open_rows))
            lengths = self._lengths(address[open_rows], done, block)
            for column in range(block):
                settled = stop[open_rows] > 0
                longer = size[open_rows] + lengths[:, column]
                longer += np.where(size[open_rows] > 0, self._unit.joint_characters, 0)
                full = longer >= self._most
                alone = first[open_rows] == done
                stop[open_rows[full & ~alone & ~settled]] = done
                done += 1
                anew = open_rows[full & alone & ~settled]
                first[anew] = done
                size[open_rows] = np.where(full, 0, longer)
            open_rows = open_rows[stop[open_rows] == 0]
        return first, stop

    def _lengths(self, address: Words, done: int, block: int) -> NDArray[np.int64]:
        """The characters of the next `block` units of each address."""
        number = np.arange(done, done + block)
        pieces, sizes = self._unit.draw(nested(address[:, None], number[None]).ravel())
        lengths = np.add.reduceat(self._unit.characters.take(pieces), starts(sizes))
        return lengths.reshape(len(address), block)
