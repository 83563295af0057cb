"""Grammars of texts made quick to draw from, with the same texts and the same frequencies.

Short ranges become lists, a choice of lists becomes one list with weights, neighbouring short lists of a sequence
become the list of their texts together.
"""

from itertools import pairwise
from math import fsum

from seedengine.generation.faker.grammar import (
    Changed,
    Choice,
    Elements,
    Node,
    NotCompiled,
    Numbers,
    Rejected,
    Sequence,
    chances,
)
from seedengine.generation.faker.operations import as_text

# So long may a list get that is put together of others, or of a range; what is longer takes more time than it saves.
_MOST = 1_000
_MOST_UNITED = 50_000


class Simplifier:
    """Simplifies grammars, the same object but once, so that what is shared stays shared."""

    def __init__(self) -> None:
        self._made: dict[Node, Node] = {}
        self._joined: dict[tuple[Elements, Elements], Elements] = {}
        self._sequences: dict[tuple[Node, ...], Node] = {}

    def simple(self, node: Node) -> Node:
        """The simplified grammar; NotCompiled where it is none of texts."""
        if node not in self._made:
            self._made[node] = self._simplify(node)
        return self._made[node]

    def _simplify(self, node: Node) -> Node:
        if isinstance(node, Elements):
            if not all(isinstance(value, str) for value in node.values):
                raise NotCompiled("it gives values that are no texts")
            return node
        if isinstance(node, Numbers):
            if node.form is not None and len(node.range) <= _MOST:
                return Elements(tuple(format(number, node.form) for number in node.range))
            return as_text(node)
        if isinstance(node, Choice):
            return self._choice(node)
        if isinstance(node, Sequence):
            return self._sequence([self.simple(each) for each in node.parts])
        if isinstance(node, Changed):
            return Changed(self.simple(node.node), node.change, node.letters, None)
        if isinstance(node, Rejected):
            return Rejected(self.simple(node.node), node.unwanted)
        return node

    def _choice(self, node: Choice) -> Node:
        drawn = chances(len(node.alternatives), node.weights)
        weights: dict[Node, float] = {}
        for each, chance in zip(node.alternatives, drawn, strict=True):
            simple = self.simple(each)
            inner = simple.alternatives if isinstance(simple, Choice) else (simple,)
            shares = chances(len(inner), simple.weights if isinstance(simple, Choice) else None)
            for alternative, share in zip(inner, shares, strict=True):
                weights[alternative] = weights.get(alternative, 0.0) + chance * share
        lists = [each for each in weights if isinstance(each, Elements)]
        if len(lists) > 1 and sum(len(each.values) for each in lists) <= _MOST_UNITED:
            together = united([(each, weights.pop(each)) for each in lists])
            weights = {together[0]: together[1], **weights}
        if len(weights) == 1:
            return next(iter(weights))
        return Choice(tuple(weights), tuple(weights.values()))

    def _sequence(self, parts: list[Node]) -> Node:
        flat = [each for part in parts for each in (part.parts if isinstance(part, Sequence) else (part,))]
        while (pair := _shortest_pair(flat)) is not None:
            one, other = flat[pair], flat[pair + 1]
            assert isinstance(one, Elements)
            assert isinstance(other, Elements)
            flat[pair : pair + 2] = [self._join(one, other)]
        if len(flat) == 1:
            return flat[0]
        return self._sequences.setdefault(tuple(flat), Sequence(tuple(flat)))

    def _join(self, one: Elements, other: Elements) -> Elements:
        if (one, other) not in self._joined:
            texts = tuple(before + after for before in one.values for after in other.values)
            weights = None
            if one.weights is not None or other.weights is not None:
                mine, others = (chances(len(each.values), each.weights) for each in (one, other))
                weights = tuple(before * after for before in mine for after in others)
            self._joined[one, other] = Elements(texts, weights)
        return self._joined[one, other]


def united(lists: list[tuple[Elements, float]]) -> tuple[Elements, float]:
    """One list of what several hold, each drawn with a chance of its own, and the chance of it as a whole."""
    weights: dict[object, float] = {}
    for each, chance in lists:
        for value, share in zip(each.values, chances(len(each.values), each.weights), strict=True):
            weights[value] = weights.get(value, 0.0) + chance * share
    return Elements(tuple(weights), tuple(weights.values())), fsum(weights.values())


def _shortest_pair(parts: list[Node]) -> int | None:
    """Where the two neighbouring lists stand that make the shortest list together; None where none is short."""
    lengths = {
        position: len(one.values) * len(other.values)
        for position, (one, other) in enumerate(pairwise(parts))
        if isinstance(one, Elements) and isinstance(other, Elements)
    }
    shortest = min(lengths, key=lambda each: lengths[each], default=None)
    return shortest if shortest is not None and lengths[shortest] <= _MOST else None
