"""Book numbers with their check digits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from faker.providers.isbn import Provider as Isbn
from faker.providers.isbn.isbn import MAX_LENGTH

from seedengine.generation.faker.grammar import Choice, Made, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.codes import DIGITS, Code, Letters, alphabets, weighted
from seedengine.generation.faker.special.texts import Indexes

_CHECKS = np.frombuffer(b"0123456789X", np.uint8)
_DIGITS = DIGITS + "X"


def _isbn13(call: Call) -> Node:
    return _books(call, 0, lambda digits: -weighted(digits, (1, 3) * 6) % 10)


def _isbn10(call: Call) -> Node:
    return _books(call, 1, lambda digits: weighted(digits, range(1, 10)) % 11)


def _books(call: Call, left_out: int, check: Callable[[Letters], Indexes]) -> Node:
    """Book numbers of all of their parts but the first `left_out`."""
    call.expect(Isbn, "_body", "_registrant_publication")
    if not call["separator"].isascii() or "\0" in call["separator"]:
        raise NotCompiled("its separator is not ASCII")
    prefixes = []
    for prefix, groups in call.provider.rules.items():
        made = []
        for group, rules in groups.items():
            drawn = MAX_LENGTH - len(prefix) - len(group) - 1
            starts, lengths = _ranges(rules, drawn - 1)
            books = _Books((prefix, group)[left_out:], drawn, starts, lengths, call["separator"], check)
            made.append(books.node())
        prefixes.append(Choice(tuple(made)))
    return Choice(tuple(prefixes))


def _ranges(rules: Sequence[tuple[str, str, int]], digits: int) -> tuple[Indexes, Indexes]:
    """Where each range of numbers of so many digits begins, and how many digits of those in it are the publisher's."""
    expected = 0
    for low, high, _ in rules:
        if not len(low) == len(high) == digits or int(low) != expected or int(high) < expected:
            raise NotCompiled("its rules leave numbers out")
        expected = int(high) + 1
    if expected != 10**digits:
        raise NotCompiled("its rules leave numbers out")
    return np.array([int(low) for low, _, _ in rules]), np.array([length for _, _, length in rules])


@dataclass(frozen=True, eq=False)
class _Books:
    """Numbers of books of one group: of the `free` digits, the first say how many of them are the publisher's."""

    ahead: Sequence[str]
    free: int
    starts: Indexes
    lengths: Indexes
    separator: str
    check: Callable[[Letters], Indexes]

    def node(self) -> Made:
        """The leaf that gives these numbers."""
        leaf = Code(alphabets("".join(self.ahead) + "#" * self.free)).node(self)
        # Between other digits, the digits of a separator could not be told from them.
        return leaf if set(_DIGITS).isdisjoint(self.separator) else replace(leaf, domain=None)

    def finish(self, digits: Letters) -> Letters:
        before = len("".join(self.ahead))
        number = weighted(digits[:, before:-1], [10**place for place in range(self.free - 1)][::-1])
        publishers = self.lengths[np.searchsorted(self.starts, number, side="right") - 1]
        whole = np.concatenate([digits, _CHECKS[self.check(digits)][:, None]], axis=1)
        result = np.empty((len(digits), whole.shape[1] + len(self.separator) * (len(self.ahead) + 2)), np.uint8)
        for length in np.unique(publishers).tolist():
            rows = publishers == length
            result[rows] = self._parted(whole[rows], length)
        return result

    def drawn(self, code: str) -> str:
        return (code.replace(self.separator, "") if self.separator else code)[:-1]

    def places(self, alphabets: Sequence[str]) -> Sequence[str]:
        known = self.separator.join([*self.ahead, ""])
        ends = len(alphabets) + len(self.separator) * (len(self.ahead) + 2)
        return [*known, *[DIGITS + self.separator] * (ends - len(known)), _DIGITS]

    def _parted(self, whole: Letters, publisher: int) -> Letters:
        """The digits with separators between their parts."""
        ends = np.cumsum([*map(len, self.ahead), publisher, self.free - publisher])
        between = np.tile(np.frombuffer(self.separator.encode(), np.uint8), (len(whole), 1))
        parts = np.split(whole, ends, axis=1)
        return np.concatenate([parts[0], *(each for part in parts[1:] for each in (between, part))], axis=1)


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {Isbn.isbn10: _isbn10, Isbn.isbn13: _isbn13}
