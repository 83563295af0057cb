"""The text of a spec as it lies in a file, and positions in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seedengine.diagnostics import InvalidCall, Location, closest

MAX_BYTES = 1_048_576
"""The largest document that is read, in bytes of UTF-8."""

_SUFFIXES = (".yaml", ".yml")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


@dataclass(frozen=True)
class Source:
    """A text and the name that its diagnostics show; an *offset* is a position in `text`, counted from 0."""

    text: str
    name: str

    @classmethod
    def from_text(cls, text: str, name: str) -> Source:
        """The text without its byte order mark; raises InvalidCall where it is larger than MAX_BYTES."""
        if len(text) > MAX_BYTES or len(text.encode(errors="surrogatepass")) > MAX_BYTES:
            raise _too_large(name)
        return cls(text.removeprefix("\ufeff"), name)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]

    @cached_property
    def _lines(self) -> list[str]:
        return _LINE_BREAK.split(self.text)

    def location(self, start: int, end: int | None = None) -> Location:
        """The place from `start` to `end`: at least one character wide, at most to the end of its line."""
        line = bisect_right(self._starts, start) - 1
        column = start - self._starts[line]
        content = self._lines[line]
        wanted = 1 if end is None else end - start
        return Location(self.name, line + 1, column + 1, content, max(1, min(wanted, len(content) - column)))

    def line(self, number: int) -> str:
        """The line of that number, counted from 1, without its break."""
        return self._lines[number - 1]

    def line_start(self, number: int) -> int:
        """The offset at which the line of that number begins, counted from 1."""
        return self._starts[number - 1]


def read(path: Path) -> Source:
    """The text of a file.

    Raises InvalidCall where there is no such file, it is a folder, cannot be read, is larger than MAX_BYTES
    or is not UTF-8; a byte order mark is accepted.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InvalidCall(f"no such file: `{_shown(name)}`", _neighbour(path)) from None
    except IsADirectoryError:
        raise InvalidCall(f"`{name}` is a folder, not a spec", _inside(path)) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InvalidCall(f"cannot read `{_shown(name)}`: {reason}", "check the path and its permissions") from None
    if len(content) > MAX_BYTES:
        raise _too_large(name)
    try:
        return Source.from_text(content.decode(), name)
    except UnicodeDecodeError as error:
        raise _not_utf8(name, content, error.start) from None


def _shown(name: str) -> str:
    """A path that leads nowhere; of a database's URL, which may hold a password, only how it begins."""
    url = _URL.match(name)
    return name if url is None else f"{url[0]}/…"


def _too_large(name: str) -> InvalidCall:
    help = "a spec says how rows are made; it does not hold them"
    return InvalidCall(f"`{name}` is larger than 1 MB", help)


def _not_utf8(name: str, content: bytes, offset: int) -> InvalidCall:
    help = "save it as UTF-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return InvalidCall(f"`{name}` is UTF-16, not UTF-8", help)
    line = content.count(b"\n", 0, offset) + 1
    return InvalidCall(f"`{name}` is not UTF-8: byte 0x{content[offset]:02x} in line {line}", "save it as UTF-8")


def _specs_in(folder: Path) -> list[str]:
    try:
        return sorted(each.name for each in folder.iterdir() if each.suffix in _SUFFIXES)
    except OSError:
        return []


def _neighbour(path: Path) -> str:
    near = closest(path.name, _specs_in(path.parent))
    return f"did you mean `{path.with_name(near)}`?" if near else "give the path of a YAML file"


def _inside(path: Path) -> str:
    specs = _specs_in(path)
    return f"name a file in it, such as `{path / specs[0]}`" if specs else "give the path of a YAML file"
