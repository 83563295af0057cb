"""What the texts of a domain have in common: bounds on the safe side, put together from those of its parts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Shape(NamedTuple):
    """What holds of every text of a domain, or may hold of one: bounds on the safe side.

    `first`, `last` and `letters` are all that may stand at either end and anywhere, `always` those that stand in every
    text, `shortest` and `longest` the lengths, `places`, if known, what may stand at each place of texts of one length.
    """

    first: frozenset[str]
    last: frozenset[str]
    letters: frozenset[str]
    always: frozenset[str]
    shortest: int
    longest: int
    places: tuple[frozenset[str], ...] | None = None

    @property
    def fixed(self) -> bool:
        """Whether all texts are of one length."""
        return self.shortest == self.longest


def listed_shape(texts: Sequence[str]) -> Shape:
    """The shape of exactly these texts."""
    lengths = [len(text) for text in texts]
    return Shape(
        frozenset(text[0] for text in texts if text),
        frozenset(text[-1] for text in texts if text),
        frozenset("".join(texts)),
        _shared_letters(texts),
        min(lengths),
        max(lengths),
    )


def joined_shape(shapes: Sequence[Shape]) -> Shape:
    """The shape of texts that are one of each of these, one after the other."""
    return Shape(
        _edge((shape.first, shape.shortest) for shape in shapes),
        _edge((shape.last, shape.shortest) for shape in reversed(shapes)),
        frozenset[str]().union(*(shape.letters for shape in shapes)),
        frozenset[str]().union(*(shape.always for shape in shapes)),
        sum(shape.shortest for shape in shapes),
        sum(shape.longest for shape in shapes),
    )


def shared_shape(shapes: Sequence[Shape]) -> Shape:
    """The shape of texts that are each of one of these."""
    return Shape(
        frozenset[str]().union(*(shape.first for shape in shapes)),
        frozenset[str]().union(*(shape.last for shape in shapes)),
        frozenset[str]().union(*(shape.letters for shape in shapes)),
        shapes[0].always.intersection(*(shape.always for shape in shapes)),
        min(shape.shortest for shape in shapes),
        max(shape.longest for shape in shapes),
    )


def _shared_letters(texts: Iterable[str]) -> frozenset[str]:
    """The letters that stand in every text."""
    first, *others = texts
    shared = set(first)
    for text in others:
        if not shared:
            break
        shared.intersection_update(text)
    return frozenset(shared)


def _edge(parts: Iterable[tuple[frozenset[str], int]]) -> frozenset[str]:
    """What may stand at one end of a product: of the outermost part, and of those behind it while it may be empty."""
    letters = frozenset[str]()
    for edge, shortest in parts:
        letters |= edge
        if shortest:
            break
    return letters
