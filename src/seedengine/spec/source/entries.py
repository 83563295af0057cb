"""The keys of a mapping: scalars, each once, none of them the rest of a value that a comma ended."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from seedengine.diagnostics import Diagnostic
from seedengine.spec.source.nodes import Mapping, Node, Scalar
from seedengine.spec.source.scalars import shorten
from seedengine.spec.source.text import Source

_MAX_PIECES = 8


def pair_up(mapping: Mapping, source: Source, most: int) -> list[Diagnostic]:
    """Fill `pairs` from `entries`, and return the faults of the keys, at most `most` of them."""
    cut = list(islice(_cut(mapping, source), most)) if mapping.flow else []
    return cut or list(islice(_keys(mapping, source), most))


def _keys(mapping: Mapping, source: Source) -> Iterator[Diagnostic]:
    pairs = mapping.pairs
    for key, value in mapping.entries:
        if not isinstance(key, Scalar):
            yield _no_scalar(key, source)
        elif key.plain and key.text == "<<":
            help = "take over an entity with `extends`, a value with an alias"
            yield _at("S008", "merge keys are not supported", key, source, help)
        elif key.value in pairs:
            yield _duplicate(key, pairs[key.value][0], source)
        else:
            pairs[key.value] = (key, value)


def _no_scalar(key: Node, source: Source) -> Diagnostic:
    written = _written(key, source)
    if source.text.startswith("{{", key.start - 1):
        message, help = "a text that begins with `{` needs quotes", f'write `"{{{written}}}"`'
    else:
        message, help = "a key must be a scalar, not a collection", "quote it, if text is meant"
    return _at("S011", message, key, source, help)


def _duplicate(key: Scalar, first: Scalar, source: Source) -> Diagnostic:
    line = source.location(first.start).line
    same = "" if first.text == key.text else f" as `{shorten(first.text)}`"
    help = f"it stands in line {line} already{same}: remove one of them"
    return _at("S007", f"duplicate key `{shorten(key.text)}`", key, source, help)


def _cut(mapping: Mapping, source: Source) -> Iterator[Diagnostic]:
    """What a comma inside of `{…}` did to a value: `{expr: least(a, b)}` has the keys `expr` and `b)`."""
    entries = mapping.entries
    position = 0
    while position < len(entries):
        last = _last_piece(entries, position)
        value = entries[position][1]
        if last > position:
            comma = source.text.find(",", value.end)
            end = max(node.end for node in entries[last])
            help = f'quote the whole value: `"{shorten(source.text[value.start : end])}"`'
            yield Diagnostic("S013", "a comma ends a value inside `{…}`", source.location(comma), help)
        elif isinstance(entries[position][0], Scalar) and _is_bare(entries[position], source):
            yield _bare(entries, position, source)
        position = last + 1


def _last_piece(entries: list[tuple[Node, Node]], position: int) -> int:
    """The entry where the brackets close that the value at `position` opens; `position`, if there is none."""
    unclosed = _unclosed(entries[position][1])
    if unclosed > 0:
        for following in range(position + 1, min(len(entries), position + _MAX_PIECES)):
            unclosed += sum(_unclosed(node) for node in entries[following])
            if unclosed <= 0:
                return following
    return position


def _unclosed(node: Node) -> int:
    return node.text.count("(") - node.text.count(")") if isinstance(node, Scalar) and node.plain else 0


def _is_bare(entry: tuple[Node, Node], source: Source) -> bool:
    key, value = entry
    empty = isinstance(value, Scalar) and value.plain and not value.text
    return empty and ":" not in source.text[key.end : value.start]


def _bare(entries: list[tuple[Node, Node]], position: int, source: Source) -> Diagnostic:
    key = entries[position][0]
    written = _written(key, source)
    name, colon, value = written.partition(":")
    before = entries[position - 1][1] if position else None
    if colon and value:
        help = f"put a space after the colon: `{name}: {value}`"
    elif isinstance(before, Scalar) and before.plain and isinstance(before.value, str):
        whole = shorten(source.text[before.start : key.end])
        help = f'write `{written}: …`, or quote a value with a comma in it: `"{whole}"`'
    else:
        help = f'write `{{{written}: …}}`, or `"{{{written}}}"` if text is meant'
    return _at("S013", f"key `{written}` has no value", key, source, help)


def _written(node: Node, source: Source) -> str:
    return shorten(source.text[node.start : min(node.end, node.start + 80)].split("\n")[0])


def _at(code: str, message: str, node: Node, source: Source, help: str) -> Diagnostic:
    return Diagnostic(code, message, source.location(node.start, node.end), help)
