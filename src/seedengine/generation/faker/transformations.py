"""The changes that Faker makes to finished texts, letter by letter where they can be: cases, ASCII, slugs."""

import re
from collections.abc import Callable
from itertools import pairwise
from unicodedata import normalize

import polars as pl
from faker.decode import unidecode

from seedengine.generation.faker.grammar import (
    Changed,
    Choice,
    Elements,
    Node,
    NotCompiled,
    Numbers,
    Sequence,
    is_literal,
    letters,
    mapped,
    sequence,
)

# Letters whose lower case hangs on their neighbours (the final sigma).
_CONTEXTUAL = "Σ"
_NEITHER_WORD_NOR_SPACE = re.compile(r"[^\w\s-]")
_NEITHER_WORD_SPACE_NOR_DOT = re.compile(r"[^.\w\s-]")
_SPACE = re.compile(r"\s")
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


def slugified(node: Node, *, dots: bool = False, unicode: bool = False) -> Node:
    """Faker's `slugify`, of texts that are ASCII already where it keeps other letters.

    It strips and joins hyphens over what is next to them. Where that may happen, the texts are changed once they are
    put together; elements that begin or end with a hyphen, or of which nothing is left, are not among its `some`.
    """
    unwanted = _NEITHER_WORD_SPACE_NOR_DOT if dots else _NEITHER_WORD_NOR_SPACE

    def cleaned(text: str) -> str:
        if unicode and not text.isascii():
            raise NotCompiled("it makes slugs of texts that are not ASCII")
        text = normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
        return _SPACE.sub(" ", unwanted.sub("", text).lower())

    clean = mapped(node, cleaned)
    hyphened = mapped(clean, lambda text: _SPACES.sub("-", text))
    if not _may_change(hyphened):
        return hyphened
    some = _without_edges(hyphened)
    return Changed(clean, _hyphened, letters(clean) - {" "} | {"-"}, None if _may_change(some) else some)


def _hyphened(texts: pl.Series) -> pl.Series:
    return texts.str.strip_chars(" ").str.replace_all(r"[- ]+", "-")


def _may_change(node: Node) -> bool:
    """Whether a text may begin or end with a hyphen, or two may meet in it."""
    try:
        return not _edges(node) <= {"empty"}
    except NotCompiled:
        return True


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
    if not isinstance(node, Elements) or is_literal(node):
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
    if not isinstance(node, Sequence):
        raise NotCompiled("it makes slugs of texts that are not known letter by letter")
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
