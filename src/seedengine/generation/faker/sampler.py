"""Columns drawn from a grammar, whole columns at a time: the value of a row hangs on its key and address alone.

Every place of a grammar draws by a key of its own, derived from where it stands. A text is put together of pieces
from one table: a grammar gives a matrix of positions in it, a row for each of the pieces that its texts have at most.
"""

from collections.abc import Sequence as Many
from itertools import accumulate
from math import fsum
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import Words, below, bits, derive_key
from seedengine.generation.faker.alias import Alias
from seedengine.generation.faker.domains import Counted
from seedengine.generation.faker.grammar import (
    Changed,
    Choice,
    Elements,
    Made,
    Node,
    NotCompiled,
    Numbers,
    Rejected,
    Sequence,
    chances,
)
from seedengine.generation.faker.pieces import Batch, Pieces, Table
from seedengine.generation.faker.simplification import Simplifier

# So many sequences of lists are drawn from together instead of one by one.
_MANY = 24
# By then a text that is drawn anew at one time in two is so once in 2**64.
_MOST_ATTEMPTS = 64


class _Place(Protocol):
    """A place of a grammar: the most pieces that it gives, and the pieces of each address."""

    width: int

    def draw(self, key: int, address: Words, batch: Batch, /) -> Pieces: ...


class _Listed:
    width = 1

    def __init__(self, node: Elements, path: str, table: Table) -> None:
        self._path, self._table, self._base = path, table, table.base(node)
        self._size, self._weighted = np.array([len(node.values)], np.uint64), node.weights is not None

    def draw(self, key: int, address: Words, _: Batch) -> Pieces:
        if self._size[0] == 1:
            return np.full((1, len(address)), self._base, np.uint32)
        drawn = bits(derive_key(key, self._path), address)
        return self._table.draw(drawn, self._base, self._size, weighted=self._weighted)[np.newaxis]


class _Grid:
    """A choice of many sequences of lists: the n-th pieces of all rows are drawn at once, each from its own list."""

    def __init__(self, alternatives: Many[Node], weights: Many[float], path: str, table: Table) -> None:
        rows = [each.parts if isinstance(each, Sequence) else (each,) for each in alternatives]
        self._path, self._table, self._draws = path, table, Alias(len(rows), weights)
        self.width = max(map(len, rows))
        self._bases = np.zeros((self.width, len(rows)), np.int64)
        self._sizes = np.ones((self.width, len(rows)), np.uint64)
        self._weighted = [False] * self.width
        for row, parts in enumerate(rows):
            for place, part in enumerate(parts):
                assert isinstance(part, Elements)
                self._bases[place, row], self._sizes[place, row] = table.base(part), len(part.values)
                self._weighted[place] |= part.weights is not None

    def draw(self, key: int, address: Words, _: Batch) -> Pieces:
        which = self._draws.draw(derive_key(key, self._path), address)
        pieces = np.empty((self.width, len(address)), np.uint32)
        for place, weighted in enumerate(self._weighted):
            drawn = bits(derive_key(key, f"{self._path}.{place}"), address)
            base, size = self._bases[place][which], self._sizes[place][which]
            pieces[place] = self._table.draw(drawn, base, size, weighted=weighted)
        return pieces


class _Counted:
    width = 1

    def __init__(self, node: Numbers, path: str) -> None:
        self._path, self._numbers = path, Counted(node.range, node.form)

    def draw(self, key: int, address: Words, batch: Batch) -> Pieces:
        index = below(derive_key(key, self._path), address, self._numbers.size)
        return batch.add(self._numbers.at(index))[np.newaxis]


class _Drawn:
    width = 1

    def __init__(self, node: Made, path: str) -> None:
        self._path, self._node = path, node

    def draw(self, key: int, address: Words, batch: Batch) -> Pieces:
        return batch.add(self._node.draw(derive_key(key, self._path), address))[np.newaxis]


class _Changed:
    width = 1

    def __init__(self, node: Changed, path: str) -> None:
        self._texts, self._change = Texts(node.node, path), node.change

    def draw(self, key: int, address: Words, batch: Batch) -> Pieces:
        return batch.add(self._change(self._texts.draw(key, address)))[np.newaxis]


class _Rejected:
    width = 1

    def __init__(self, node: Rejected, path: str) -> None:
        self._texts, self._unwanted = Texts(node.node, path), pl.Series(sorted(node.unwanted), dtype=pl.String)

    def draw(self, key: int, address: Words, batch: Batch) -> Pieces:
        made = self._texts.draw(key, address)
        for attempt in range(_MOST_ATTEMPTS):
            rows = np.flatnonzero(made.is_in(self._unwanted.implode()).to_numpy())
            if not len(rows):
                break
            made = made.scatter(rows, self._texts.draw(derive_key(key, str(attempt)), address[rows]))
        return batch.add(made)[np.newaxis]


class _Sequence:
    def __init__(self, parts: Many[_Place]) -> None:
        self._parts, self.width = parts, sum(part.width for part in parts)

    def draw(self, key: int, address: Words, batch: Batch) -> Pieces:
        return np.concatenate([part.draw(key, address, batch) for part in self._parts])


class _Choice:
    def __init__(self, alternatives: Many[_Place], weights: Many[float], path: str) -> None:
        self._path, self._alternatives = path, alternatives
        self._draws = Alias(len(alternatives), weights)
        self.width = max(each.width for each in alternatives)

    def draw(self, key: int, address: Words, batch: Batch) -> Pieces:
        pieces = np.zeros((self.width, len(address)), np.uint32)
        for position, rows in divided(self._draws, derive_key(key, self._path), address):
            made = self._alternatives[position].draw(key, address[rows], batch)
            for each, row in zip(pieces, made, strict=False):
                each[rows] = row
        return pieces


def divided(draws: Alias, key: int, address: Words) -> list[tuple[int, NDArray[np.intp]]]:
    """Which rows draw each alternative, for those that any row draws."""
    which = draws.draw(key, address)
    if len(which) and which.max() < 2**16:
        which = which.astype(np.uint16)  # so short numbers are put in order in no time
    order = np.argsort(which, kind="stable")
    ends = list(accumulate(np.bincount(which).tolist()))
    starts = [0, *ends]
    return [(each, order[starts[each] : end]) for each, end in enumerate(ends) if end > starts[each]]


class Texts:
    """Texts drawn from a grammar; NotCompiled where it is none of texts."""

    def __init__(self, node: Node, path: str = "") -> None:
        self._table = Table()
        self._place = self._make(Simplifier().simple(node), path)

    def draw(self, key: int, address: Words) -> pl.Series:
        """A text for each address."""
        batch = Batch(self._table)
        return batch.texts(self._place.draw(key, address, batch))

    def _make(self, node: Node, path: str) -> _Place:
        if isinstance(node, Elements):
            return _Listed(node, path, self._table)
        if isinstance(node, Numbers):
            return _Counted(node, path)
        if isinstance(node, Choice):
            return self._choice(node, path)
        if isinstance(node, Sequence):
            return _Sequence([self._make(each, f"{path}.{place}") for place, each in enumerate(node.parts)])
        if isinstance(node, Changed):
            return _Changed(node, path)
        if isinstance(node, Rejected):
            return _Rejected(node, path)
        if node.dtype != pl.String:
            raise NotCompiled("it gives values that are no texts")
        return _Drawn(node, path)

    def _choice(self, node: Choice, path: str) -> _Place:
        weights = chances(len(node.alternatives), node.weights)
        drawn = list(zip(node.alternatives, weights, strict=True))
        many = [each for each in drawn if _is_row(each[0])]
        many = many if len(many) >= _MANY else []
        rest = [(place, *each) for place, each in enumerate(drawn) if each not in many]
        places = [self._make(each, f"{path}.{place}") for place, each, _ in rest]
        shares = [chance for *_, chance in rest]
        if many:
            grid = _Grid([each for each, _ in many], [chance for _, chance in many], f"{path}.grid", self._table)
            places, shares = [*places, grid], [*shares, fsum(chance for _, chance in many)]
        return _Choice(places, shares, path) if len(places) > 1 else places[0]


def _is_row(node: Node) -> bool:
    """Whether texts are drawn from lists, one after the other."""
    return all(isinstance(part, Elements) for part in (node.parts if isinstance(node, Sequence) else (node,)))
