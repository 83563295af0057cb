"""The changes that Faker makes to finished texts, letter by letter where they can be: cases, ASCII, slugs."""

import re
from collections.abc import Callable
from itertools import pairwise

from faker.decode import unidecode

from seedengine.generation.faker.grammar import (
    Choice,
    Elements,
    Node,
    NotCompiled,
    Numbers,
    Sequence,
    is_literal,
    mapped,
    sequence,
)

# Letters whose lower case hangs on their neighbours (the final sigma).
_CONTEXTUAL = "Σ"
_NEITHER_WORD_NOR_SPACE = re.compile(r"[^\w\s-]")
_NEITHER_WORD_SPACE_NOR_DOT = re.compile(r"[^.\w\s-]")
_SPACES = re.compile(r"[-\s]+")


def lowered(node: Node) -> Node:
    """`str.lower` of every text."""
    return mapped(node, _lower)


def uppered(node: Node) -> Node:
    """`str.upper` of every text."""
    return mapped(node, str.upper)


def to_ascii(node: Node, replacements: tuple[tuple[str, str], ...]) -> Node:
    """Faker's `_to_ascii`: the replacements of a locale one after the other, then `unidecode`."""
    if any(len(search) != 1 for search, _ in replacements):
        raise NotCompiled("it replaces more than single letters")

    def change(text: str) -> str:
        for search, replace in replacements:
            text = text.replace(search, replace)
        return str(unidecode(text))

    return mapped(node, change)


def slugified(node: Node, *, dots: bool = False) -> Node:
    """Faker's `slugify` of texts that are ASCII already.

    It strips and joins hyphens over what is next to them, which a grammar cannot say: so elements that begin or end
    with one, or of which nothing is left, are left out of lists, and where a format does it, there is no grammar.
    """
    unwanted = _NEITHER_WORD_SPACE_NOR_DOT if dots else _NEITHER_WORD_NOR_SPACE

    def change(text: str) -> str:
        if not text.isascii():
            raise NotCompiled("it makes slugs of texts that are not ASCII")
        return _SPACES.sub("-", unwanted.sub("", text).lower())

    result = _without_edges(mapped(node, change))
    edges = _edges(result)
    if edges & {"first", "last"}:
        raise NotCompiled("it makes slugs of texts that may begin or end with a space")
    return result


def delete(text: str) -> Callable[[Node], Node]:
    """The texts without every appearance of one letter."""
    return lambda node: mapped(node, lambda each: each.replace(text, ""))


def _lower(text: str) -> str:
    if any(letter in text for letter in _CONTEXTUAL):
        raise NotCompiled("the lower case of its letters hangs on their neighbours")
    return text.lower()


def _without_edges(node: Node) -> Node:
    if isinstance(node, Choice):
        return Choice(tuple(_without_edges(each) for each in node.alternatives), node.weights)
    if isinstance(node, Sequence):
        return sequence([_without_edges(each) for each in node.parts])
    if isinstance(node, Numbers) or is_literal(node):
        return node
    kept = [position for position, text in enumerate(node.values) if text and text == text.strip("-")]
    weights = tuple(node.weights[position] for position in kept) if node.weights else None
    return Elements(tuple(node.values[position] for position in kept), weights)


def _edges(node: Node) -> set[str]:
    """Where texts may have a hyphen (`first`, `last`), or be `empty`; NotCompiled where two hyphens may meet."""
    if isinstance(node, Numbers):
        return {"first"} if min(node.range) < 0 else set()
    if isinstance(node, Elements):
        first, last = any(text.startswith("-") for text in node.values), any(text.endswith("-") for text in node.values)
        empty = "" in node.values
        return {name for name, holds in (("first", first), ("last", last), ("empty", empty)) if holds}
    if isinstance(node, Choice):
        return set().union(*(_edges(each) for each in node.alternatives))
    edges = [_edges(each) for each in node.parts]
    if any("empty" in each for each in edges) and any(each - {"empty"} for each in edges):
        raise NotCompiled("it joins hyphens that may meet")
    if any("last" in left and "first" in right for left, right in pairwise(edges)):
        raise NotCompiled("it joins hyphens that may meet")
    return (
        (edges[0] & {"first"})
        | (edges[-1] & {"last"})
        | ({"empty"} if all("empty" in each for each in edges) else set())
    )
