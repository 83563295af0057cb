"""A grammar of texts: what a method of Faker's may give, and how often, without a call of it.

`Elements` is a draw from a list, `Numbers` one from a range, `Choice` a draw of one of several grammars, `Sequence`
the texts of several draws one after the other. Every place in a grammar is drawn independently of the others, even
where two places are the same object.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


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


Node = Elements | Numbers | Choice | Sequence

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
    if all(change(sign) == sign for sign in _SIGNS[(node.form or "d")[-1]]):
        return node
    if len(node.range) > 100_000:
        raise NotCompiled("it rewrites numbers")
    return inner(Elements(tuple(format(number, node.form or "d") for number in node.range)))


def substituted(node: Node, slots: Mapping[str, Node]) -> Node:
    """The grammar with each character of `slots` that its texts hold replaced by a draw of its own."""
    if isinstance(node, Choice):
        return Choice(tuple(substituted(each, slots) for each in node.alternatives), node.weights)
    if isinstance(node, Sequence):
        return sequence([substituted(each, slots) for each in node.parts])
    if isinstance(node, Numbers) or slots.keys().isdisjoint("".join(_texts(node))):
        return node
    return spread(node, lambda value: sequence([slots.get(letter, literal(letter)) for letter in _text(value)]))


def first_word(node: Node) -> Node:
    """The grammar of what stands before the first space."""
    return choice_of(_first_words(node), node)


def choice_of(words: "list[tuple[Node, bool]]", node: Node) -> Node:
    """One of the first words, whether or not a space came after them."""
    weights = node.weights if isinstance(node, Choice) and len(node.alternatives) == len(words) else None
    return words[0][0] if len(words) == 1 else Choice(tuple(word for word, _ in words), weights)


def _first_words(node: Node) -> "list[tuple[Node, bool]]":
    """The first words of a grammar, each with whether it ends there, at a space."""
    if isinstance(node, Numbers):
        return [(node, False)]
    if isinstance(node, Choice):
        return [word for each in node.alternatives for word in _first_words(each)]
    if isinstance(node, Elements):
        ended = [_text(value).partition(" ")[0] for value in node.values if " " in _text(value)]
        open = [value for value in node.values if " " not in _text(value)]
        return [(Elements(tuple(each)), ends) for each, ends in ((ended, True), (open, False)) if each]
    words: list[tuple[Node, bool]] = [(literal(""), False)]
    for part in node.parts:
        going = [word for word, ends in words if not ends]
        if not going:
            break
        words = [word for word in words if word[1]] + [
            (sequence([before, after]), ends) for before in going for after, ends in _first_words(part)
        ]
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
