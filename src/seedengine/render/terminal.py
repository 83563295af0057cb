"""Text that a terminal shows as it is written, and its colours."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

_STYLES = {"bold": 1, "red": 31, "yellow": 33, "blue": 34, "cyan": 36, "green": 32}


def plain(text: str) -> str:
    r"""The text on one line, with a visible escape (`\x1b`, `\u202e`) for whatever would steer a terminal.

    That is every control character, line break, mark, override or isolate of direction, and lone surrogate.
    """
    return _CONTROL.sub(_escape, text)


def style(text: str, *names: str, color: bool) -> str:
    """The text in ANSI colours, if `color`; names are `bold`, `red`, `yellow`, `blue`, `cyan`, `green`."""
    if not color or not text:
        return text
    codes = ";".join(str(_STYLES[name]) for name in names)
    return f"\x1b[{codes}m{text}\x1b[0m"


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
