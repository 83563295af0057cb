"""Collisions: the pairs of combinations of two products that give the same text, found without listing the products."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from seedengine.generation.faker.domains import Listed

_MOST = 500_000

Indexes = tuple[int, ...]
Pair = tuple[Indexes, Indexes]


class TooMany(Exception):
    """There are more collisions than can be listed."""


class _Part:
    """The texts of one part by what they begin with."""

    def __init__(self, listed: Listed) -> None:
        self.texts = listed.texts

    @cached_property
    def position(self) -> dict[str, int]:
        return {text: position for position, text in enumerate(self.texts)}

    @cached_property
    def beginning(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for position, text in enumerate(self.texts):
            for end in range(1, len(text) + 1):
                found.setdefault(text[:end], []).append(position)
        return found

    def matching(self, ahead: str) -> Iterator[tuple[int, str, bool]]:
        """Texts that go with what the other side is ahead by: position, what is left over, and of this side or not."""
        for end in range(len(ahead) + 1):
            position = self.position.get(ahead[:end])
            if position is not None:
                yield position, ahead[end:], False
        for position in self.beginning.get(ahead, ()):
            if len(self.texts[position]) > len(ahead):
                yield position, self.texts[position][len(ahead) :], True


class Collisions:
    """A walk along two products at once, always with the one that is behind; no part has an empty text."""

    def __init__(self, one: Sequence[Listed], other: Sequence[Listed]) -> None:
        self.sides = ([_Part(part) for part in one], [_Part(part) for part in other])
        self._known: dict[tuple[int, int, str, int], list[Pair]] = {}
        self._steps = 0

    def pairs(self, *, same: bool) -> list[Pair]:
        """The pairs of indexes of parts that give one text; `same` where both products are one.

        Then only those are given that differ in their first part, which is enough where the rest has no collisions of
        its own. Raises TooMany.
        """
        found: list[Pair] = []
        for position, text in enumerate(self.sides[0][0].texts):
            for match, ahead, other_ahead in self.sides[1][0].matching(text):
                if not (same and position == match):
                    rest = self._rest(1, 1, ahead, int(other_ahead))
                    self._count(1 + len(rest))
                    found += [((position, *here), (match, *there)) for here, there in rest]
        return found

    def _rest(self, one: int, other: int, ahead: str, leader: int) -> list[Pair]:
        """How both sides can end alike, from a part of each on, when `leader` is ahead by a text."""
        state = (one, other, ahead, leader)
        if state not in self._known:
            self._known[state] = list(self._endings(*state))
        return self._known[state]

    def _endings(self, one: int, other: int, ahead: str, leader: int) -> Iterator[Pair]:
        at = (one, other)
        ended = [position == len(side) for position, side in zip(at, self.sides, strict=True)]
        if all(ended):
            if not ahead:
                yield (), ()
            return
        behind = 1 - leader
        if not ahead and ended[behind]:
            leader, behind = behind, leader
        if ended[behind]:
            return
        part = self.sides[behind][at[behind]]
        step = (one + 1, other) if behind == 0 else (one, other + 1)
        if ahead:
            matches = part.matching(ahead)
        else:
            matches = ((position, text, True) for position, text in enumerate(part.texts))
        for position, rest, overtakes in matches:
            self._count(1)
            for here, there in self._rest(*step, rest, behind if overtakes else leader):
                self._count(1)
                yield ((position, *here), there) if behind == 0 else (here, (position, *there))

    def _count(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _MOST:
            raise TooMany
