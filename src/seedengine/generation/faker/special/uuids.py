"""UUIDs of the versions that Faker makes, as text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from faker.providers import misc
from faker.providers.misc import Provider as Misc

from seedengine.generation.bits import Words, below, bits, derive_key
from seedengine.generation.faker.grammar import Made, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.codes import Code, Letters
from seedengine.generation.faker.special.texts import Indexes, column_of

_HEXADECIMAL = "0123456789abcdef"
_LETTERS = {"x": _HEXADECIMAL, "y": "89ab"}
_DIGITS = np.frombuffer(_HEXADECIMAL.encode(), np.uint8)
# From the beginning of the Gregorian calendar to 1970, in the units of version 1, which are 100 nanoseconds.
_GREGORIAN = 0x01B21DD213814000
_TIME = derive_key(0, "the time of a UUID with a number")


def _uuid1(call: Call) -> Node:
    def drawn(key: int, address: Words) -> Indexes:
        moments = below(key, address, misc._MAX_UNIX_TIME_NS + 1) // 100 + _GREGORIAN
        # The low 32 bits come first, and the version stands before the highest.
        return (moments & 0xFFFFFFFF) << 28 | (moments >> 32 & 0xFFFF) << 12 | moments >> 48

    return _made(call, "........-....-1...-yxxx-xxxxxxxxxxxx", drawn)


def _uuid4(call: Call) -> Node:
    return _code(call, "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx").node()


def _uuid7(call: Call) -> Node:
    def drawn(key: int, address: Words) -> Indexes:
        return below(key, address, misc._MAX_UNIX_TIME_MS + 1)

    return _made(call, "........-....-7xxx-yxxx-xxxxxxxxxxxx", drawn)


def _made(call: Call, form: str, number: Callable[[int, Words], Indexes]) -> Node:
    """UUIDs with the hexadecimal digits of a number in place of the dots of a form."""
    code = _code(call, form)
    timed = _Timed(tuple(place for place, letter in enumerate(form) if letter == "."), number)

    def draw(key: int, address: Words) -> pl.Series:
        return column_of(timed.put(code.draw(bits(key, address)), number(derive_key(key, "time"), address)))

    return Made(draw, pl.String(), code.domain(timed))


@dataclass(frozen=True)
class _Timed:
    """UUIDs of which the digits `at` some places are those of a time, which the last letters draw."""

    at: Sequence[int]
    number: Callable[[int, Words], Indexes]

    def put(self, letters: Letters, numbers: Indexes) -> Letters:
        """The letters with the digits of a number in each row."""
        shifts = np.arange(4 * len(self.at) - 4, -1, -4)
        letters[:, self.at] = _DIGITS[numbers[:, None] >> shifts & 15]
        return letters

    def finish(self, letters: Letters) -> Letters:
        words: Words = np.ascontiguousarray(letters[:, -8:]).view("<u8")[:, 0].astype(np.uint64)
        return self.put(letters, self.number(_TIME, words))

    def drawn(self, code: str) -> str:
        return "".join("." if place in self.at else letter for place, letter in enumerate(code))

    def places(self, alphabets: Sequence[str]) -> Sequence[str]:
        return [_HEXADECIMAL if place in self.at else letters for place, letters in enumerate(alphabets)]


def _code(call: Call, form: str) -> Code:
    if call["cast_to"] not in (str, None):
        raise NotCompiled("it makes something else of its values")
    return Code([_LETTERS.get(letter, letter) for letter in form])


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Misc.uuid1: _uuid1,
    Misc.uuid4: _uuid4,
    Misc.uuid7: _uuid7,
}
