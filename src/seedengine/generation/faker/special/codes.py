"""Codes: texts of a fixed number of ASCII letters, each drawn from an alphabet of its own, with their check digits."""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import Words, bits, derive_key
from seedengine.generation.faker.domains import LARGEST
from seedengine.generation.faker.grammar import Made, NotCompiled
from seedengine.generation.faker.ranges import Ranges, apart, shape_of_places
from seedengine.generation.faker.special.columns import texts
from seedengine.generation.faker.special.prose import halves, scaled
from seedengine.generation.faker.special.texts import Indexes, column_of

Letters = NDArray[np.uint8]

DIGITS = string.digits
ZERO = ord("0")
# What `numerify` puts in the place of each of these; others it may leave out.
SLOTS: Mapping[str, str] = {"#": DIGITS, "%": DIGITS[1:], "$": DIGITS[2:]}
_LEFT_OUT = frozenset("!@")
_MOST_RANGES = 1_000
_AHEAD = derive_key(0, "letters ahead of those that are numbered")


class Code:
    """Codes with a letter of each of `alphabets`, none of which has a letter twice."""

    def __init__(self, alphabets: Sequence[str]) -> None:
        if not all(letters and letters.isascii() and "\0" not in letters for letters in alphabets):
            raise NotCompiled("its letters are not ASCII")
        self.length = len(alphabets)
        self.alphabets = tuple(alphabets)
        self._fixed = np.array([ord(letters[0]) for letters in alphabets], np.uint8)
        self._drawn = np.array([place for place, letters in enumerate(alphabets) if len(letters) > 1], np.int64)
        drawn = [alphabets[place].encode() for place in self._drawn]
        self._letters = np.frombuffer(b"".join(drawn), np.uint8)
        self._sizes = np.array([len(each) for each in drawn], np.uint64)
        self._starts = np.cumsum(self._sizes.astype(np.int64)) - self._sizes.astype(np.int64)

    def draw(self, seeds: Words) -> Letters:
        """The letters of a code for each seed, a row each."""
        return self._laid(self._places(seeds))

    def numbered(self, numbers: Indexes) -> Letters:
        """The code with each number, a row each: the last letter changes fastest.

        No number is `LARGEST`, so in long codes letters stay ahead of those that numbers say: a number draws them.
        """
        places, unit = self._places(bits(_AHEAD, numbers.astype(np.uint64))), 1
        for place, size in reversed(list(enumerate(self._sizes.tolist()))):
            if unit >= LARGEST:
                break
            places[:, place] = numbers // unit % size
            unit *= size
        return self._laid(places)

    def number(self, text: str) -> int | None:
        """The number of a code, by the letters that it says; None where one of them is none of its alphabet."""
        if len(text) != self.length:
            return None
        number, unit = 0, 1
        for letter, alphabet in zip(reversed(text), reversed(self.alphabets), strict=True):
            if letter not in alphabet:
                return None
            if unit < LARGEST:
                number += unit * alphabet.index(letter)
                unit *= len(alphabet)
        return number

    def _places(self, seeds: Words) -> Indexes:
        """A place in the alphabet of each letter that is drawn."""
        if not len(self._drawn):
            return np.zeros((len(seeds), 0), np.int64)
        return scaled(halves(seeds, len(self._drawn)), self._sizes)

    def _laid(self, places: Indexes) -> Letters:
        result = np.tile(self._fixed, (len(places), 1))
        result[:, self._drawn] = self._letters.take(places + self._starts)
        return result

    def node(self, form: "Form | None" = None) -> Made:
        """The leaf that gives these codes, finished by `form`."""
        known = form or Plain()
        return texts(lambda seeds: column_of(known.finish(self.draw(seeds))), self.length, self.domain(known))

    def domain(self, form: "Form") -> Ranges:
        """The different codes, finished by `form`.

        Short codes of digits are numbered among all of their length, so that those of several prefixes can be joined.
        """
        shape, ranges = shape_of_places(form.places(self.alphabets)), _ranges(self.alphabets)
        if ranges:
            return Ranges(Coded((DIGITS,) * self.length, form), ranges, shape)
        return Ranges(Coded(self.alphabets, form), (range(min(prod(map(len, self.alphabets)), LARGEST)),), shape)


class Form(Protocol):
    """How drawn letters become a code; forms that are equal make the same of the same letters."""

    def finish(self, letters: Letters) -> Letters:
        """The code of each row of drawn letters, no two of them alike."""

    def drawn(self, code: str) -> str:
        """The drawn letters of a code."""

    def places(self, alphabets: Sequence[str]) -> Sequence[str]:
        """What may stand at each place of a code, the letters of which are drawn from these alphabets."""


@dataclass(frozen=True)
class Plain:
    """The letters as they are drawn."""

    def finish(self, letters: Letters) -> Letters:
        return letters

    def drawn(self, code: str) -> str:
        return code

    def places(self, alphabets: Sequence[str]) -> Sequence[str]:
        return alphabets


@dataclass(frozen=True)
class Checked:
    """Digits with a check digit behind them."""

    check: Callable[[Letters], Indexes]

    def finish(self, letters: Letters) -> Letters:
        return followed(letters, self.check(letters))

    def drawn(self, code: str) -> str:
        return code[:-1]

    def places(self, alphabets: Sequence[str]) -> Sequence[str]:
        return [*alphabets, DIGITS]


@dataclass(frozen=True)
class Coded:
    """Writes numbers as codes."""

    alphabets: tuple[str, ...]
    form: Form

    @cached_property
    def _code(self) -> Code:
        return Code(self.alphabets)

    def write(self, numbers: Indexes) -> pl.Series:
        return column_of(self.form.finish(self._code.numbered(numbers)))

    def read(self, text: str) -> int | None:
        return self._code.number(self.form.drawn(text))


def _ranges(alphabets: Sequence[str]) -> tuple[range, ...]:
    """The numbers, among all of so many digits, of codes of digits; none where they are too many, or not of digits."""
    free = next((place for place, letters in enumerate(reversed(alphabets)) if letters != DIGITS), len(alphabets))
    stem, unit = alphabets[: len(alphabets) - free], 10**free
    if not all(letters in DIGITS for letters in stem) or 10 ** len(alphabets) > LARGEST:
        return ()
    if prod(map(len, stem)) > _MOST_RANGES:
        return ()
    starts = [int("".join(letters) or "0") * unit for letters in product(*stem)]
    return apart(range(start, start + unit) for start in starts)


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
