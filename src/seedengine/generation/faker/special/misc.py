"""Passwords and texts of random letters."""

import string
from collections.abc import Callable, Mapping
from inspect import unwrap
from itertools import count, permutations
from math import perm
from typing import Any

import numpy as np
import polars as pl
from faker.providers.misc import Provider as Misc
from faker.providers.python import Provider as Python

from seedengine.generation.bits import Words, nested
from seedengine.generation.faker.grammar import Choice, Node, NotCompiled, literal, sequence
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.codes import Code
from seedengine.generation.faker.special.columns import texts
from seedengine.generation.faker.special.prose import halves, scaled
from seedengine.generation.faker.special.texts import column_of

_MOST_ORDERS = 500_000
_MOST_LENGTHS = 256


def _pystr(call: Call) -> Node:
    least, most = call["min_chars"], call["max_chars"]
    call.expect(Python, "random_letters", "random_choices", "random_elements")
    lengths = (most,) if least is None else range(least, most + 1)
    if lengths[0] < 1 or len(lengths) > _MOST_LENGTHS:
        raise NotCompiled("its texts may be empty, or of too many lengths")
    made = tuple(Code([string.ascii_letters] * length).node() for length in lengths)
    drawn = made[0] if len(made) == 1 else Choice(made)
    return sequence([literal(call["prefix"]), drawn, literal(call["suffix"])])


def _password(call: Call) -> Node:
    read = _Alphabets()
    try:
        unwrap(Misc.password)(read, **call.arguments)
    except (AssertionError, LookupError, TypeError) as error:
        raise NotCompiled("it has too few letters") from error
    length = call["length"]
    if not read.required or perm(length, len(read.required)) > _MOST_ORDERS:
        raise NotCompiled("its letters have too many places, or none")
    free, required = Code([read.free] * length), Code(read.required)
    # A set gives the places that were drawn back in an order of its own, and so the required letters go there.
    drawn = permutations(range(length), len(read.required))
    orders = np.array([list(set(places)) for places in drawn], np.int64)

    def draw(seeds: Words) -> pl.Series:
        first, second, third = nested(seeds[:, None], np.arange(3)[None]).T
        letters = free.draw(first)
        places = orders[scaled(halves(second, 1)[:, 0], len(orders))]
        np.put_along_axis(letters, places, required.draw(third), axis=1)
        return column_of(letters)

    return texts(draw, 2 * length)


class _Alphabets:
    """Stands for the provider and its random numbers while a password is made, and notes what it draws from."""

    def __init__(self) -> None:
        self.required: list[str] = []
        self.free = ""
        self.generator = self.random = self
        self._places = count()

    def choice(self, letters: str) -> str:
        self.required.append(letters)
        return letters[0]

    def random_choices(self, letters: str, length: int) -> list[str]:
        self.free = letters
        return [letters[0]] * length

    def randint(self, _: int, __: int) -> int:
        return next(self._places)


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Misc.password: _password,
    Python.pystr: _pystr,
}
