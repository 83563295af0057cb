"""UUIDs of the versions that Faker makes, as text."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
from faker.providers import misc
from faker.providers.misc import Provider as Misc

from seedengine.generation.bits import Words, below, bits, derive_key
from seedengine.generation.faker.grammar import Made, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.codes import Code
from seedengine.generation.faker.special.texts import Indexes, column_of

_HEXADECIMAL = "0123456789abcdef"
_LETTERS = {"x": _HEXADECIMAL, "y": "89ab"}
_DIGITS = np.frombuffer(_HEXADECIMAL.encode(), np.uint8)
# From the beginning of the Gregorian calendar to 1970, in the units of version 1, which are 100 nanoseconds.
_GREGORIAN = 0x01B21DD213814000


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
    places = [place for place, letter in enumerate(form) if letter == "."]
    shifts = np.arange(4 * len(places) - 4, -1, -4)

    def draw(key: int, address: Words) -> pl.Series:
        letters = code.draw(bits(key, address))
        letters[:, places] = _DIGITS[number(derive_key(key, "time"), address)[:, None] >> shifts & 15]
        return column_of(letters)

    return Made(draw, pl.String())


def _code(call: Call, form: str) -> Code:
    if call["cast_to"] not in (str, None):
        raise NotCompiled("it makes something else of its values")
    return Code([_LETTERS.get(letter, letter) for letter in form])


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Misc.uuid1: _uuid1,
    Misc.uuid4: _uuid4,
    Misc.uuid7: _uuid7,
}
