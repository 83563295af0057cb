"""The nodes of a document, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from seedengine.spec.source import scalars


@dataclass(slots=True)
class Scalar:
    """A value; `text` is what YAML reads there, `plain` says that it stands without quotes, block or tag.

    Offsets leave out anchors and tags.
    """

    value: scalars.Scalar
    text: str
    plain: bool
    start: int
    end: int
    size: ClassVar[int] = 1
    height: ClassVar[int] = 0


@dataclass(slots=True)
class Sequence:
    """A list; `size` counts the nodes in it, aliases expanded, and `height` their levels."""

    start: int
    flow: bool
    end: int = 0
    size: int = 1
    height: int = 1
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """A mapping; `entries` are as written, `pairs` those with keys that are valid and new."""

    start: int
    flow: bool
    end: int = 0
    size: int = 1
    height: int = 1
    entries: list[tuple[Node, Node]] = field(default_factory=list)
    pairs: dict[scalars.Scalar, tuple[Scalar, Node]] = field(default_factory=dict)
    _written: dict[str, tuple[Scalar, Node]] | None = field(default=None, repr=False, compare=False)

    def find(self, key: scalars.Scalar) -> tuple[Scalar, Node] | None:
        """The pair with that key, or the first whose key is written so or shown so; None if there is none."""
        pair = self.pairs.get(key)
        if pair is not None or not isinstance(key, str):
            return pair
        if self._written is None:
            self._written = {}
            for each in self.pairs.values():
                for text in (each[0].text, str(each[0].value)):
                    self._written.setdefault(text, each)
        return self._written.get(key)


Node = Scalar | Sequence | Mapping
