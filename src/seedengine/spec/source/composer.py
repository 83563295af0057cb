"""From the events of a YAML parser to nodes, with every bound held before anything is built."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from dataclasses import replace
from typing import Any

import yaml

from seedengine.diagnostics import Diagnostic, InvalidSpec
from seedengine.spec.source import scalars
from seedengine.spec.source.entries import pair_up
from seedengine.spec.source.nodes import Mapping, Node, Scalar, Sequence
from seedengine.spec.source.syntax import diagnose, stray_text
from seedengine.spec.source.text import Source

MAX_DEPTH = 50
"""The most collections that may stand inside each other."""

MAX_NODES = 100_000
"""The most keys and values of a document, with aliases expanded."""

MAX_ALIASED = 10_000
"""The most of them that aliases may add: each costs as much time as if it were written, and hardly any text."""

MAX_FAULTS = 100
"""Where reading ends, since a text with so many faults is something else than a spec."""

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
_TAG_DIRECTIVE = re.compile(r"(?<![^\r\n])%TAG\b")
_NOTHING = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*|\.\.\.(?=\s|$))*+")
_NEXT_DOCUMENT = re.compile(r"---|%")


def compose_nodes(source: Source) -> tuple[Node | None, list[Diagnostic]]:
    """The one document of a text, None where there is none, and its faults; a fault of syntax ends it."""
    composer = _Composer(source)
    directive = _TAG_DIRECTIVE.search(source.text)
    if directive is not None:
        # libyaml takes quadratic time for these, before it gives the first event
        composer.fault("S009", "tag directives are not supported", directive.start(), "remove the line")
        return None, composer.faults
    try:
        composer.run()
    except yaml.MarkedYAMLError as error:
        composer.end_at(diagnose(source, error))
    except InvalidSpec as bound:
        composer.faults.extend(bound.diagnostics)
    return composer.root, composer.faults


class _Composer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.faults: list[Diagnostic] = []
        self._open: list[Sequence | Mapping] = []
        self._keys: list[Node | None] = []
        self._anchors: dict[str, Node] = {}
        self._nodes = self._aliased = 0
        self._handlers: ReadOnly[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
        }

    def run(self) -> None:
        """Read the events of the first document, and see that nothing follows it.

        libyaml's parser gives them one by one and does not recurse, so the bounds hold.
        """
        for event in yaml.parse(self.source.text, Loader=yaml.CSafeLoader):
            handler = self._handlers.get(type(event))
            if handler is not None:
                handler(event)
                if len(self.faults) >= MAX_FAULTS:
                    return
            elif isinstance(event, yaml.DocumentEndEvent):
                self._end(event)
                return

    def end_at(self, syntax: Diagnostic) -> None:
        """Add the fault that ends the document; odd keys in its line come from it."""
        kept = [each for each in self.faults if each.code not in ("S011", "S013") or _line(each) != _line(syntax)]
        self.faults = [*kept, syntax]

    def fault(self, code: str, message: str, start: int, help: str | None, end: int | None = None) -> None:
        """Add a fault at a place of the text."""
        self.faults.append(Diagnostic(code, message, self.source.location(start, end), help))

    def _end(self, event: Any) -> None:
        text = self.source.text
        skipped = _NOTHING.match(text, event.end_mark.index)
        rest = skipped.end() if skipped else len(text)
        if rest == len(text):
            return
        if event.explicit or _NEXT_DOCUMENT.match(text, rest):
            help = "one file is one spec: keep one document"
            self.fault("S005", "a second document begins here", rest, help)
        else:
            self.faults.append(stray_text(self.source, self.root, rest))

    def _scalar(self, event: Any) -> None:
        start, end, tag, text = event.start_mark.index, event.end_mark.index, event.tag, event.value
        if tag is not None or event.anchor is not None:
            properties = _PROPERTIES.match(self.source.text, start, end)
            start = properties.end() if properties else end
        plain = tag is None and event.implicit[0]
        value: scalars.Scalar = text
        try:
            if tag is not None:
                value = scalars.tagged_value(tag, text)
            elif plain:
                value = scalars.plain_value(text)
        except scalars.ScalarError as fault:
            code, begin = ("S012", start) if plain else ("S009", event.start_mark.index)
            self.fault(code, fault.message, begin, fault.help, end)
        node = Scalar(value, text, plain, start, end)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._count(1, start)
        self._add(node)

    def _sequence(self, event: Any) -> None:
        self._begin(Sequence(event.start_mark.index, event.flow_style), event, "seq")

    def _mapping(self, event: Any) -> None:
        self._begin(Mapping(event.start_mark.index, event.flow_style), event, "map")

    def _begin(self, node: Sequence | Mapping, event: Any, kind: str) -> None:
        if event.tag not in scalars.collection_tags(kind):
            fault = scalars.unknown_tag(event.tag)
            self.fault("S009", fault.message, node.start, fault.help)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        self._count(1, node.start)
        self._bound_depth(len(self._open) + 1, node.start)
        self._open.append(node)
        self._keys.append(None)

    def _close(self, event: Any) -> None:
        node = self._open.pop()
        self._keys.pop()
        node.end = event.end_mark.index
        is_key = bool(self._open) and isinstance(self._open[-1], Mapping) and self._keys[-1] is None
        if isinstance(node, Mapping) and not is_key:
            self.faults.extend(pair_up(node, self.source, MAX_FAULTS))
        self._add(node)

    def _alias(self, event: Any) -> None:
        start, end, name = event.start_mark.index, event.end_mark.index, event.anchor
        node = self._anchors.get(name)
        if node is None:
            help = f'a text that begins with `*` needs quotes: `"*{scalars.shorten(name)}"`'
            self.fault("S010", f"unknown anchor `{scalars.shorten(name)}`", start, help, end)
            node = Scalar(None, "", False, start, end)
        elif any(node is each for each in self._open):
            message = f"`*{scalars.shorten(name)}` stands inside of what it refers to"
            self.fault("S010", message, start, "write it out once", end)
            node = Scalar(None, "", False, start, end)
        elif isinstance(node, Scalar):
            node = replace(node, start=start, end=end)
        self._aliased += node.size
        if self._aliased > MAX_ALIASED:
            help = "let generators make the rows, and use fewer aliases"
            self._stop(f"aliases add more than {MAX_ALIASED:,} values", start, help)
        self._count(node.size, start)
        self._bound_depth(len(self._open) + node.height, start)
        self._add(node)

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = node
        else:
            parent.entries.append((key, node))
            self._keys[-1] = None

    def _count(self, nodes: int, start: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            help = "let generators make the rows, and use fewer aliases"
            self._stop(f"the document has more than {MAX_NODES:,} values, aliases expanded", start, help)

    def _bound_depth(self, depth: int, start: int) -> None:
        if depth > MAX_DEPTH:
            message = f"the document is nested more than {MAX_DEPTH} deep"
            self._stop(message, start, "close what is open, or flatten it")

    def _stop(self, message: str, start: int, help: str) -> None:
        raise InvalidSpec([Diagnostic("S006", message, self.source.location(start), help)])


def _line(diagnostic: Diagnostic) -> int | None:
    return diagnostic.location.line if diagnostic.location else None
