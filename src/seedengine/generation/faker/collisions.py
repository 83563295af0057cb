"""Collisions: the pairs of combinations of two products that give the same text, found without listing the products."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import prod

from seedengine.generation.faker.domains import Listed

_MOST = 400_000


class TooMany(Exception):
    """There are more collisions than can be listed."""


class Collisions:
    """A walk along two products at once, always with the one that is behind; no part has an empty text.

    A pair is one number, the index in the one product times the size of the other plus the index there: tuples in
    their ten thousands would keep the garbage collector busy.
    """

    def __init__(self, one: Sequence[Listed], other: Sequence[Listed]) -> None:
        self.sides = (one, other)
        self._size = prod(part.size for part in other)
        self._strides = ([self._size * stride for stride in _strides(one)], _strides(other))
        self._known: dict[tuple[int, int, str, int], Sequence[int]] = {}
        self._steps = 0

    def repeats(self) -> set[int]:
        """The indexes of the combinations whose texts those before them give, where both products are one.

        Only those that differ in their first part are compared, which is enough where the rest has no collisions of
        its own. Raises TooMany.
        """
        return {max(divmod(pair, self._size)) for pair in self._pairs(same=True)}

    def shared(self) -> set[int]:
        """The indexes in the other product of the texts that the one gives too; raises TooMany."""
        return {pair % self._size for pair in self._pairs(same=False)}

    def _pairs(self, *, same: bool) -> list[int]:
        first, other_first = self.sides[0][0], self.sides[1][0]
        stride, other_stride = self._strides[0][0], self._strides[1][0]
        found: list[int] = []
        for position, text in enumerate(first.texts):
            matches = [*_beginnings(other_first, text, 0)]
            if same:  # a pair is found from the longer of its first parts
                matches = [each for each in matches if each[0] != position]
            else:
                matches += _longer(other_first, text, 1)
            for match, ahead, leader in matches:
                endings = self._rest(1, 1, ahead, leader)
                self._count(1 + len(endings))
                start = position * stride + match * other_stride
                found += [start + ending for ending in endings]
        return found

    def _rest(self, one: int, other: int, ahead: str, leader: int) -> Sequence[int]:
        """How both sides can end alike, from a part of each on, when `leader` is ahead by a text."""
        behind, at, leading = (1, other, one) if leader == 0 else (0, one, other)
        parts = self.sides[behind]
        left, ended = len(parts) - at, leading == len(self.sides[leader])
        if not left:
            return (0,) if ended and not ahead else ()
        if left == 1 and ended:
            position = parts[at].position.get(ahead)
            return () if position is None else (position * self._strides[behind][at],)
        state = (one, other, ahead, leader)
        if state not in self._known:
            self._known[state] = self._endings(*state)
        return self._known[state]

    def _endings(self, one: int, other: int, ahead: str, leader: int) -> list[int]:
        behind, at = (1, other) if leader == 0 else (0, one)
        part, stride = self.sides[behind][at], self._strides[behind][at]
        matches: list[tuple[int, str, int]] = []
        if at + 1 < len(self.sides[behind]):  # else it cannot catch up any more
            matches += _beginnings(part, ahead, leader)
        if (one, other)[leader] < len(self.sides[leader]):  # else it cannot be overtaken
            matches += _longer(part, ahead, behind)
        step = (one, other + 1) if behind else (one + 1, other)
        found: list[int] = []
        for position, rest, first in matches:
            endings = self._rest(*step, rest, first)
            self._count(1 + len(endings))
            found += [position * stride + ending for ending in endings]
        return found

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _MOST:
            raise TooMany


def _beginnings(part: Listed, ahead: str, leader: int) -> Iterator[tuple[int, str, int]]:
    """The texts that `ahead` begins with: where each stands, what is left over, and whose that is."""
    for end in range(1, len(ahead) + 1):
        position = part.position.get(ahead[:end])
        if position is not None:
            yield position, ahead[end:], leader


def _longer(part: Listed, ahead: str, leader: int) -> Iterator[tuple[int, str, int]]:
    """The longer texts that begin with `ahead`: where each stands, what is left over, and whose that is."""
    end = len(ahead)
    ordered = part.ordered
    for place in range(bisect_right(ordered, ahead), len(ordered)):
        text = ordered[place]
        if not text.startswith(ahead):
            break
        yield part.position[text], text[end:], leader


def _strides(parts: Sequence[Listed]) -> list[int]:
    """By how much the index of a combination grows with the place in each part."""
    strides = [1]
    for part in reversed(parts[1:]):
        strides.append(strides[-1] * part.size)
    return strides[::-1]
