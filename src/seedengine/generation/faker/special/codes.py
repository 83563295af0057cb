"""Codes: texts of a fixed number of ASCII letters, each drawn from an alphabet of its own, with their check digits."""

import string
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.bits import Words
from seedengine.generation.faker.grammar import Made, NotCompiled
from seedengine.generation.faker.special.columns import texts
from seedengine.generation.faker.special.prose import halves, scaled
from seedengine.generation.faker.special.texts import Indexes, column_of

Letters = NDArray[np.uint8]

DIGITS = string.digits
ZERO = ord("0")
# What `numerify` puts in the place of each of these; others it may leave out.
SLOTS: Mapping[str, str] = {"#": DIGITS, "%": DIGITS[1:], "$": DIGITS[2:]}
_LEFT_OUT = frozenset("!@")


class Code:
    """Codes with a letter of each of `alphabets`."""

    def __init__(self, alphabets: Sequence[str]) -> None:
        if not all(letters and letters.isascii() and "\0" not in letters for letters in alphabets):
            raise NotCompiled("its letters are not ASCII")
        self.length = len(alphabets)
        self._fixed = np.array([ord(letters[0]) for letters in alphabets], np.uint8)
        self._drawn = np.array([place for place, letters in enumerate(alphabets) if len(letters) > 1], np.int64)
        drawn = [alphabets[place].encode() for place in self._drawn]
        self._letters = np.frombuffer(b"".join(drawn), np.uint8)
        self._sizes = np.array([len(each) for each in drawn], np.uint64)
        self._starts = np.cumsum(self._sizes.astype(np.int64)) - self._sizes.astype(np.int64)

    def draw(self, seeds: Words) -> Letters:
        """The letters of a code for each seed, a row each."""
        result = np.tile(self._fixed, (len(seeds), 1))
        if len(self._drawn):
            places = scaled(halves(seeds, len(self._drawn)), self._sizes) + self._starts
            result[:, self._drawn] = self._letters.take(places)
        return result

    def node(self) -> Made:
        """The leaf that gives these codes."""
        return texts(lambda seeds: column_of(self.draw(seeds)), self.length)


def alphabets(form: str, slots: Mapping[str, str] = SLOTS) -> list[str]:
    """The alphabet of each letter of a format."""
    if not _LEFT_OUT.isdisjoint(form):
        raise NotCompiled("its formats are of several lengths")
    return [slots.get(letter, letter) for letter in form]


def weighted(digits: Letters, weights: Sequence[int]) -> Indexes:
    """The sum of each row of digits, each times its weight."""
    return (digits.astype(np.int64) - ZERO) @ np.array(weights, np.int64)


def followed(letters: Letters, digits: Indexes) -> Letters:
    """Each row with one more digit behind it."""
    return np.concatenate([letters, (digits + ZERO).astype(np.uint8)[:, None]], axis=1)
