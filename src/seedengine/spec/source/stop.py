"""Where libyaml stops reading, and what stands around that place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seedengine.spec.source.scalars import shorten
from seedengine.spec.source.text import Source

CLOSING = {"{": "}", "[": "]"}
"""The end of each kind of bracket."""

_COMMENT = re.compile(r"(?<!\s)\s+#.*")
_LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Stop:
    """libyaml's words and marks: it stopped at `at`, reading what begins at `began`."""

    source: Source
    problem: str
    context: str
    at: int
    began: int

    @property
    def line(self) -> int:
        """The number of the line, counted from 1."""
        return self.source.location(self.at).line

    @property
    def char(self) -> str:
        """The character at which it stopped; none at the end of the text."""
        return self.source.text[self.at : self.at + 1]

    @property
    def before(self) -> str:
        """The line up to there."""
        location = self.source.location(self.at)
        return location.source[: location.column - 1]

    @property
    def last(self) -> str:
        """The last visible character of the line before that."""
        return self.before.rstrip()[-1:]

    def value(self, start: int) -> str:
        """The text from `start` to its likely end: the line's, a comment, or inside of brackets a comma."""
        location = self.source.location(start)
        before = location.source[: location.column - 1]
        rest = rest_of_line(self.source, start)
        if any(before.count(opening) > before.count(closing) for opening, closing in CLOSING.items()):
            rest = re.split(r"[,}\]]", rest, maxsplit=1)[0]
        return rest.rstrip()

    def opened(self, opening: str) -> int:
        """Where in its line the bracket opens that was closed last; the line's start, if in another."""
        depth = 0
        text = self.before
        for position in range(len(text) - 1, -1, -1):
            depth += (text[position] == CLOSING[opening]) - (text[position] == opening)
            if text[position] == opening and depth == 0:
                return self.at - len(text) + position
        return self.at - len(text)


def rest_of_line(source: Source, start: int) -> str:
    """The line from `start` on without its comment, as much of it as a message could show."""
    location = source.location(start)
    return _COMMENT.sub("", location.source[location.column - 1 :][:_LONGEST_SHOWN])


def sample(text: str) -> str:
    """How a text is written with quotes, for a line of help."""
    shown = shorten(text)
    if '"' in shown or "\\" in shown:
        return "`'" + shown.replace("'", "''") + "'`"
    return f'`"{shown}"`'
