"""A grammar of texts: what a method of Faker's may give, and how often, without a call of it.

`Elements` is a draw from a list, `Numbers` one from a range, `Choice` a draw of one of several grammars, `Sequence`
the texts of several draws one after the other; `Changed` and `Rejected` are what is done to texts as a whole, and
`Made` is a column that no grammar says. Every place in a grammar is drawn independently of the others, even where two
places are the same object.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.faker.domains import Domain


class NotCompiled(Exception):
    """A method does what no grammar can say; the argument says what."""


@dataclass(frozen=True, eq=False)
class Elements:
    """One of several values, texts unless they are yet to be taken apart; equally likely without weights."""

    values: tuple[Any, ...]
    weights: tuple[float, ...] | None = None


@dataclass(frozen=True, eq=False)
class Numbers:
    """A whole number of a range, equally likely; a text where `form`, a format of Python's, is given."""

    range: range
    form: str | None = None


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several grammars."""

    alternatives: "tuple[Node, ...]"
    weights: tuple[float, ...] | None = None


@dataclass(frozen=True, eq=False)
class Sequence:
    """Texts one after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, eq=False)
class Made:
    """Values that no grammar says: `draw(key, address)` gives a series of `dtype`, a value for each address.

    `domain` is all of them, where they can be counted, or some if they are more than have an index.
    """

    draw: Callable[[int, NDArray[np.uint64]], pl.Series]
    dtype: pl.DataType
    domain: Domain | None = None


@dataclass(frozen=True, eq=False)
class Changed:
    """Texts changed by what looks at more than one letter at a time: `change` takes and gives a column of texts.

    `letters` are all that the changed texts may hold; `some` is a grammar of some of them, if there is one that says
    them without a change.
    """

    node: "Node"
    change: Callable[[pl.Series], pl.Series]
    letters: frozenset[str]
    some: "Node | None"


@dataclass(frozen=True, eq=False)
class Rejected:
    """Texts of a grammar, drawn anew until they are none of the `unwanted`, which are few of its texts."""

    node: "Node"
    unwanted: frozenset[str]


Node = Elements | Numbers | Choice | Sequence | Made | Changed | Rejected

# All that numbers in a format are written with.
_SIGNS = {"d": "-0123456789", "x": "-0123456789abcdef", "X": "-0123456789ABCDEF"}
DIGITS = Elements(tuple("0123456789"))
_NOT_NULL = Elements(tuple("123456789"))
_EMPTY = Elements(("",))
# What `numerify` puts in the place of each of these.
NUMERIC: Mapping[str, Node] = {
    "#": DIGITS,
    "%": _NOT_NULL,
    "$": Elements(tuple("23456789")),
    "!": Choice((DIGITS, _EMPTY)),
    "@": Choice((_NOT_NULL, _EMPTY)),
}


def literal(text: str) -> Elements:
    """The grammar of one text."""
    return Elements((text,))


def is_literal(node: Node) -> bool:
    """Whether a grammar is one text."""
    return isinstance(node, Elements) and len(node.values) == 1


def sequence(parts: "Iterable[Node]") -> Node:
    """The grammar of texts one after the other, with sequences in it laid flat and neighbouring literals joined."""
    flat: list[Node] = []
    for part in parts:
        for each in part.parts if isinstance(part, Sequence) else (part,):
            if is_literal(each) and flat and is_literal(flat[-1]):
                flat[-1] = literal(only_text(flat[-1]) + only_text(each))
            elif not (is_literal(each) and only_text(each) == ""):
                flat.append(each)
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat)) if flat else literal("")


def element_of(values: Any) -> Node:
    """The grammar of `random_element(values)`: a mapping holds weights, and no weight is no chance."""
    if isinstance(values, Mapping):
        kept = [(value, weight) for value, weight in values.items() if weight > 0]
        return Elements(tuple(value for value, _ in kept), tuple(weight for _, weight in kept))
    return Elements(tuple(values))


def spread(node: Node, into: Callable[[Any], Node]) -> Node:
    """The grammar with what each value stands for in its place, in every part of a sequence on its own."""
    if isinstance(node, Choice):
        return Choice(tuple(spread(each, into) for each in node.alternatives), node.weights)
    if isinstance(node, Sequence):
        return sequence([spread(each, into) for each in node.parts])
    if isinstance(node, Elements):
        if len(node.values) == 1:
            return into(node.values[0])
        return Choice(tuple(into(value) for value in node.values), node.weights)
    raise NotCompiled("it draws from what it has put together itself")


def same(nodes: tuple[Node, ...], others: tuple[Node, ...]) -> bool:
    """Whether these are the same objects."""
    return all(node is other for node, other in zip(nodes, others, strict=True))


def mapped(node: Node, change: Callable[[str], str]) -> Node:
    """The grammar of the changed texts, for a change that works letter by letter; the same object if none changes.

    What stands in several places is changed once, and is one object in all of them afterwards too.
    """
    made: dict[Node, Node] = {}

    def changed(each: Node) -> Node:
        if each not in made:
            made[each] = _mapped(each, change, changed)
        return made[each]

    return changed(node)


def _mapped(node: Node, change: Callable[[str], str], inner: Callable[[Node], Node]) -> Node:
    if isinstance(node, Elements):
        texts = tuple(map(change, _texts(node)))
        return node if texts == node.values else Elements(texts, node.weights)
    if isinstance(node, Choice):
        alternatives = tuple(map(inner, node.alternatives))
        return node if same(alternatives, node.alternatives) else Choice(alternatives, node.weights)
    if isinstance(node, Sequence):
        parts = tuple(map(inner, node.parts))
        return node if same(parts, node.parts) else sequence(parts)
    if all(change(sign) == sign for sign in letters(node)):
        return node
    if not isinstance(node, Numbers):
        raise NotCompiled("it rewrites texts that are not known letter by letter")
    if len(node.range) > 100_000:
        raise NotCompiled("it rewrites numbers")
    return inner(Elements(tuple(format(number, node.form or "d") for number in node.range)))


def letters(node: Node) -> frozenset[str]:
    """All that its texts may hold; NotCompiled where that is not known."""
    if isinstance(node, Elements):
        return frozenset().union(*_texts(node))
    if isinstance(node, Numbers):
        return frozenset(_SIGNS[(node.form or "d")[-1]])
    if isinstance(node, Choice | Sequence):
        inner = node.alternatives if isinstance(node, Choice) else node.parts
        return frozenset().union(*map(letters, dict.fromkeys(inner)))
    if isinstance(node, Changed):
        return node.letters
    if isinstance(node, Rejected):
        return letters(node.node)
    raise NotCompiled("it rewrites texts that are not known letter by letter")


def substituted(node: Node, slots: Mapping[str, Node]) -> Node:
    """The grammar with each character of `slots` that its texts hold replaced by a draw of its own."""
    if isinstance(node, Choice):
        return Choice(tuple(substituted(each, slots) for each in node.alternatives), node.weights)
    if isinstance(node, Sequence):
        return sequence([substituted(each, slots) for each in node.parts])
    if isinstance(node, Numbers) or slots.keys().isdisjoint(letters(node)):
        return node
    return spread(node, lambda value: sequence([slots.get(letter, literal(letter)) for letter in _text(value)]))


def chances(count: int, weights: tuple[float, ...] | None) -> tuple[float, ...]:
    """The weights of so many things as chances that sum to 1."""
    if weights is None:
        return (1.0 / count,) * count
    total = fsum(weights)
    return tuple(weight / total for weight in weights)


def first_word(node: Node) -> Node:
    """The grammar of what stands before the first space."""
    words = _first_words(node)
    if len(words) == 1:
        return words[0].text
    return Choice(tuple(word.text for word in words), tuple(word.chance for word in words))


class _Word(NamedTuple):
    """A beginning of texts: how often it is that of one, and whether it `ends` there, at a space."""

    text: Node
    ends: bool
    chance: float


def _first_words(node: Node) -> list[_Word]:
    if isinstance(node, Numbers):
        return [_Word(node, False, 1.0)]
    if isinstance(node, Elements):
        return _first_of_list(node)
    if isinstance(node, Choice):
        drawn = zip(node.alternatives, chances(len(node.alternatives), node.weights), strict=True)
        return [word._replace(chance=word.chance * chance) for each, chance in drawn for word in _first_words(each)]
    if not isinstance(node, Sequence):
        raise NotCompiled("it takes apart texts that are not known letter by letter")
    words = [_Word(literal(""), False, 1.0)]
    for part in node.parts:
        going = [word for word in words if not word.ends]
        if not going:
            break
        after = _first_words(part)
        words = [word for word in words if word.ends] + [
            _Word(sequence([before.text, next.text]), next.ends, before.chance * next.chance)
            for before in going
            for next in after
        ]
    return words


def _first_of_list(node: Elements) -> list[_Word]:
    words = []
    drawn = list(zip(_texts(node), chances(len(node.values), node.weights), strict=True))
    for ends in (True, False):
        some = [(text.partition(" ")[0], chance) for text, chance in drawn if (" " in text) == ends]
        if some:
            weights = tuple(chance for _, chance in some)
            words.append(_Word(Elements(tuple(text for text, _ in some), weights), ends, fsum(weights)))
    return words


def _texts(node: Elements) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in node.values):
        raise NotCompiled("it takes values for texts that are none")
    return node.values


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotCompiled("it takes values for texts that are none")
    return value


def only_text(node: Node) -> str:
    """The text of a literal."""
    if not (isinstance(node, Elements) and len(node.values) == 1):
        raise NotCompiled("it decides by what it draws")
    return _text(node.values[0])
