"""From a grammar to the domain of its different texts, or of those that are shown to be free of repeats."""

from collections.abc import Callable, Iterable
from collections.abc import Sequence as Many
from itertools import product as combinations
from math import prod
from typing import TypeVar

import numpy as np

from seedengine.generation.faker.collisions import Collisions, TooMany
from seedengine.generation.faker.domains import (
    LARGEST,
    Counted,
    Domain,
    Integers,
    Listed,
    Product,
    Union,
    Without,
    texts_of,
)
from seedengine.generation.faker.grammar import Changed, Choice, Elements, Made, Node, NotCompiled, Numbers, Sequence
from seedengine.generation.faker.proofs import disjoint, injective
from seedengine.generation.faker.ranges import Ranges

T = TypeVar("T")

_FEW = 100_000
_MOST_PARTS = 200
_MOST_PRODUCTS = 64
_MOST_LISTED = 20_000
_LONGEST_RUN = 1_000


class Distinct:
    """Makes domains of grammars, each grammar's but once, so that equal parts are known to be equal."""

    def __init__(self) -> None:
        self._made: dict[Node, Domain] = {}
        self._lists: dict[tuple[str, ...], Listed] = {}
        self._runs: dict[tuple[Listed, Listed], Listed] = {}

    def domain(self, node: Node) -> Domain:
        """The domain of a grammar; NotCompiled where no part of it is shown to be free of repeats."""
        if node not in self._made:
            self._made[node] = self._make(node)
        return self._made[node]

    def holds(self, node: Node, count: int) -> bool:
        """Whether the domain of a grammar has so many values: often one alternative, which is all kept, shows it.

        NotCompiled as `domain`.
        """
        for each in node.alternatives if isinstance(node, Choice) else ():
            try:
                if _largest(self.domain(each)) >= count:
                    return True
            except NotCompiled:
                continue
        return self.domain(node).size >= count

    def _make(self, node: Node) -> Domain:
        if isinstance(node, Elements):
            if not node.values:
                raise NotCompiled("its list is empty")
            texts = tuple(dict.fromkeys(map(str, node.values)))
            return self._lists.setdefault(texts, Listed(texts))
        if isinstance(node, Numbers):
            return Counted(node.range, node.form)
        if isinstance(node, Choice):
            return self.unite(_those_made(self.domain, node.alternatives))
        if isinstance(node, Sequence):
            return self.concatenate([self.domain(each) for each in node.parts])
        if isinstance(node, Changed) and node.some is not None:
            return self.domain(node.some)
        if isinstance(node, Made) and node.domain is not None:
            return node.domain
        raise NotCompiled("its values cannot be counted")

    def concatenate(self, parts: Many[Domain]) -> Domain:
        """The different texts of a sequence."""
        parts = self._run_together(parts)
        if len(parts) == 1:
            return parts[0]
        if len(parts) > _MOST_PARTS:
            raise NotCompiled("it puts too many parts together")
        if injective(parts):
            return Product(tuple(parts))
        if Product(tuple(parts)).size <= _FEW:
            return Listed(tuple(dict.fromkeys(texts_of(Product(tuple(parts))))))
        spread = _multiplied(parts)
        if len(spread) > 1:
            return self.unite(_those_made(self.concatenate, spread))
        return self._without_repeats(spread[0])

    def _run_together(self, parts: Many[Domain]) -> list[Domain]:
        """The parts with products laid flat, and neighbouring lists of one length each joined while that is short."""
        run: list[Domain] = []
        for part in parts:
            for each in part.parts if isinstance(part, Product) else (part,):
                last = run[-1] if run else None
                if isinstance(each, Listed) and isinstance(last, Listed) and _may_join(last, each):
                    run[-1] = self._joined(last, each)
                else:
                    run.append(each)
        return run

    def _joined(self, one: Listed, other: Listed) -> Listed:
        if (one, other) not in self._runs:
            self._runs[one, other] = Listed(tuple(before + after for before in one.texts for after in other.texts))
        return self._runs[one, other]

    def _without_repeats(self, parts: Many[Domain]) -> Domain:
        """A sequence without the combinations whose texts others give."""
        rest = parts[1:]
        if len(rest) > 1 and not injective(rest):
            return self.concatenate([parts[0], self.concatenate(rest)])
        listed = _listed(parts)
        if listed is not None:
            try:
                return _leave_out(Product(tuple(parts)), Collisions(listed, listed).repeats())
            except TooMany:
                pass
        raise NotCompiled("it may give one text in several ways")

    def unite(self, domains: Many[Domain]) -> Domain:
        """The texts of several domains: the largest first, of each what is in none before it."""
        flat = [part for each in domains for part in (each.parts if isinstance(each, Union) else (each,))]
        kept: list[Domain] = []
        for each in sorted(self._merged(flat), key=lambda each: -each.size):
            rest = _remaining(each, kept)
            if rest is not None:
                kept.append(rest)
        return kept[0] if len(kept) == 1 else Union(tuple(kept))

    def _merged(self, domains: Iterable[Domain]) -> list[Domain]:
        """The same texts in fewer domains: lists become one, and so do ranges, and products that differ in one part."""
        merged: list[Domain] = []
        for each in domains:
            for position, other in enumerate(merged):
                together = self._together(other, each)
                if together is not None:
                    merged[position] = together
                    break
            else:
                merged.append(each)
        return merged

    def _together(self, one: Domain, other: Domain) -> Domain | None:
        if isinstance(one, Listed) and isinstance(other, Listed):
            return Listed(tuple(dict.fromkeys(one.texts + other.texts)))
        if isinstance(one, Ranges) and isinstance(other, Ranges):
            return one.joined(other) if one.writing == other.writing else None
        if not (isinstance(one, Product) and isinstance(other, Product) and len(one.parts) == len(other.parts)):
            return None
        differing = [
            at for at, (here, there) in enumerate(zip(one.parts, other.parts, strict=True)) if not _same(here, there)
        ]
        if not differing:
            return one
        at = differing[0]
        parts = (*one.parts[:at], self.unite([one.parts[at], other.parts[at]]), *one.parts[at + 1 :])
        return Product(parts) if len(differing) == 1 and injective(parts) else None


def _those_made(make: Callable[[T], Domain], of: Many[T]) -> list[Domain]:
    """The domains of those that have one; NotCompiled where none has."""
    made: list[Domain] = []
    for each in of:
        try:
            made.append(make(each))
        except NotCompiled as error:
            refusal = error
    if not made:
        raise refusal
    return made


def _largest(domain: Domain) -> int:
    """The size of the largest part, which `unite` keeps whole unless it finds a larger one."""
    return max(part.size for part in (domain.parts if isinstance(domain, Union) else (domain,)))


def _same(one: Domain, other: Domain) -> bool:
    if isinstance(one, Listed) and isinstance(other, Listed):
        return one is other or one.position.keys() == other.position.keys()
    return one is other


def _may_join(one: Listed, other: Listed) -> bool:
    if one.size == 1 or other.size == 1:
        return one.size == other.size
    return one.shape.fixed and other.shape.fixed and one.size * other.size <= _LONGEST_RUN


def _multiplied(parts: Many[Domain]) -> list[list[Domain]]:
    """The sequences of which a sequence with unions in it is the union."""
    alternatives = [part.parts if isinstance(part, Union) else (part,) for part in parts]
    count = 1
    for each in alternatives:
        count *= len(each)
    if count > _MOST_PRODUCTS:
        raise NotCompiled("it may give one text in several ways")
    return [list(each) for each in combinations(*alternatives)]


def _listed(parts: Many[Domain]) -> list[Listed] | None:
    listed = [part for part in parts if isinstance(part, Listed) and part.size <= _MOST_LISTED and "" not in part]
    indexed = prod(part.size for part in parts) <= LARGEST
    return listed if len(listed) == len(parts) and indexed else None


def _leave_out(product: Product, indexes: set[int]) -> Without:
    left_out: Integers = np.array(sorted(indexes), dtype=np.int64)
    return Without(product, left_out)


def _remaining(domain: Domain, before: Many[Domain]) -> Domain | None:
    """What of a domain is not in those before it; None where that cannot be told, or is nothing."""
    meeting = [each for each in before if not disjoint(each, domain)]
    if not meeting:
        return domain
    rest = _without_shared(domain, meeting)
    if rest is None and (isinstance(domain, Listed) or domain.size <= _FEW):
        texts = tuple(text for text in texts_of(domain) if not any(text in each for each in meeting))
        return Listed(texts) if texts else None
    return rest if rest is not None and rest.size else None


def _without_shared(domain: Domain, meeting: Many[Domain]) -> Without | None:
    """A product of lists without the texts that it shares with others; None where that is not known."""
    product = domain.product if isinstance(domain, Without) else domain
    parts = _listed(product.parts) if isinstance(product, Product) else None
    if parts is None or not isinstance(product, Product):
        return None
    left_out = set(domain.left_out.tolist() if isinstance(domain, Without) else [])
    for each in meeting:
        whole = each.product if isinstance(each, Without) else each
        others = _listed(whole.parts if isinstance(whole, Product) else [whole])
        if others is None:
            return None
        try:
            left_out |= Collisions(others, parts).shared()
        except TooMany:
            return None
    return _leave_out(product, left_out)
