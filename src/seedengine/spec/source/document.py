"""A document as plain data, and the place in the text of every part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from seedengine.diagnostics import Diagnostic, InvalidSpec, Location
from seedengine.spec.source import scalars
from seedengine.spec.source.characters import bad_character
from seedengine.spec.source.composer import MAX_FAULTS, compose_nodes
from seedengine.spec.source.nodes import Mapping, Node, Scalar, Sequence
from seedengine.spec.source.text import Source

Place = tuple[scalars.Scalar, ...]
"""Keys and list indexes from the top of a document; a text also stands for a key of other type written so."""

_CHARACTER = {
    '"': re.compile(r"\\x.{2}|\\u.{4}|\\U.{8}|\\.|."),
    "'": re.compile(r"''|."),
}
_BREAK = re.compile(r"[\r\n]")
_WORD = re.compile(r"\w[\w.]*")


def compose(source: Source) -> Document:
    """The one document of a text, whose top is a mapping.

    Raises InvalidSpec with all of its faults, in the order of the text. A fault of syntax ends the search, and so do
    MAX_FAULTS of them.
    """
    found = bad_character(source)
    if found is not None:
        raise InvalidSpec([found])
    root, faults = compose_nodes(source)
    faults = sorted(faults, key=_position)[:MAX_FAULTS]
    if not faults and not isinstance(root, Mapping):
        faults = [_no_mapping(root, source)]
    if faults or not isinstance(root, Mapping):
        raise InvalidSpec(faults)
    return Document(source, _plain(root), root)


@dataclass(frozen=True)
class Document:
    """The data of a text, as plain dicts, lists and scalars that share nothing, with their places."""

    source: Source
    data: dict[Any, Any]
    _root: Mapping = field(repr=False)

    def location(self, path: Iterable[scalars.Scalar], key: bool = False) -> Location:
        """The place of the value at a path, or of its key; where there is none, of the nearest around it."""
        found_key, node, _ = self._walk(path)
        if key and found_key is not None:
            node = found_key
        return self.source.location(*_extent(node))

    def location_within(self, path: Iterable[scalars.Scalar], offset: int) -> Location:
        """The place of the character at `offset` in the text at a path, as wide as the word beginning there.

        Offsets count from 0. Where escapes in a text of several lines hide it, it is that of the whole text.
        """
        _, node, exists = self._walk(path)
        start = _position_in(node, offset, self.source) if exists and isinstance(node, Scalar) else None
        if start is None:
            return self.source.location(*_extent(node))
        word = _WORD.match(self.source.text, start, max(node.end, start))
        return self.source.location(start, word.end() if word else None)

    def is_plain(self, path: Iterable[scalars.Scalar]) -> bool:
        """Whether at a path there is a scalar without quotes, block or tag."""
        _, node, exists = self._walk(path)
        return exists and isinstance(node, Scalar) and node.plain

    def text_at(self, path: Iterable[scalars.Scalar]) -> str | None:
        """The text of the scalar at a path as written (`5.00`), without quotes; None if there is none."""
        _, node, exists = self._walk(path)
        return node.text if exists and isinstance(node, Scalar) else None

    def size(self, path: Iterable[scalars.Scalar]) -> int:
        """How many keys and values stand at a path, aliases expanded; 0 where there is nothing."""
        _, node, exists = self._walk(path)
        return node.size if exists else 0

    def _walk(self, path: Iterable[scalars.Scalar]) -> tuple[Scalar | None, Node, bool]:
        """The last key and node on the way along a path, and whether the way ends there."""
        found_key: Scalar | None = None
        node: Node = self._root
        for part in path:
            if isinstance(node, Mapping):
                pair = node.find(part)
                if pair is None:
                    return found_key, node, False
                found_key, node = pair
            elif isinstance(node, Sequence) and isinstance(part, int) and 0 <= part < len(node.items):
                found_key, node = None, node.items[part]
            else:
                return found_key, node, False
        return found_key, node, True


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {key: _plain(value) for key, (_, value) in node.pairs.items()}


def _extent(node: Node) -> tuple[int, int]:
    """From where to where carets stand under a node: a block has no width, so its first key stands for it."""
    if isinstance(node, Mapping) and not node.flow and node.entries:
        return _extent(node.entries[0][0])
    if isinstance(node, Sequence) and not node.flow:
        return node.start, node.start + 1
    return node.start, node.end


def _position_in(node: Scalar, offset: int, source: Source) -> int | None:
    raw = source.text[node.start : node.end]
    if raw == node.text:
        return node.start + min(offset, len(raw))
    style, one_line = raw[:1], _BREAK.search(raw) is None
    if style in _CHARACTER and one_line:
        return node.start + 1 + sum(map(len, _CHARACTER[style].findall(raw[1:-1])[:offset]))
    if style == "*" or (style == '"' and "\\" in raw) or (style == "'" and "''" in raw):
        return None
    return _nth_visible(node, offset, source.text)


def _nth_visible(node: Scalar, offset: int, text: str) -> int | None:
    """Folding changes white space alone: the n-th visible character of the value is that of the text."""
    start = node.start
    if text[start] in "|>":
        header = _BREAK.search(text, start, node.end)
        start = header.end() if header else node.end
    elif text[start] in _CHARACTER:
        start += 1
    before = len("".join(node.text[:offset].split()))
    visible = (position for position in range(start, node.end) if not text[position].isspace())
    return next(islice(visible, before, None), None)


def _position(diagnostic: Diagnostic) -> tuple[int, int]:
    location = diagnostic.location
    return (location.line, location.column) if location else (0, 0)


def _no_mapping(root: Node | None, source: Source) -> Diagnostic:
    begin = "begin with `seedspec: 1` and a `name:`"
    if root is None or (isinstance(root, Scalar) and root.value is None):
        return Diagnostic("S003", "the document is empty", source.location(0), begin)
    if isinstance(root, Sequence):
        message = "the top of a spec must be a mapping, not a list"
        return Diagnostic("S004", message, source.location(*_extent(root)), begin)
    colon = isinstance(root, Scalar) and root.plain and ":" in root.text
    help = "put a space after the `:`" if colon else begin
    message = "the top of a spec must be a mapping, not a scalar"
    return Diagnostic("S004", message, source.location(root.start, root.end), help)
