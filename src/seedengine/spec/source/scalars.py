"""What the text of a scalar means: the core schema of YAML 1.2 (YAML 1.2.2, §10.3.2), within bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

Scalar = str | int | float | bool | None

MAX_DIGITS = 64
"""The longest number that is read, in characters."""

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_STARTS = frozenset("0123456789+-.")

_PREFIX = "tag:yaml.org,2002:"


class ScalarError(Exception):
    """A scalar that means nothing here; the text says why."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def plain_value(text: str) -> Scalar:
    """The value of a plain scalar without a tag: null, a boolean, a number, or else its text.

    Raises ScalarError for infinities, NaN, and numbers outside of a 64-bit integer or float.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INT.fullmatch(text):
        return _integer(text, 10)
    if _OCTAL.fullmatch(text):
        return _integer(text, 8)
    if _HEXADECIMAL.fullmatch(text):
        return _integer(text, 16)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError(f"`{text}` is no finite number", "give a number, or quote it if text is meant")
    return text


def tagged_value(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag, which is `!` or one of the core schema's.

    Raises ScalarError for another tag, or a text that is not of that type.
    """
    if tag in ("!", _PREFIX + "str"):
        return text
    fits = _FITS.get(tag)
    if fits is None:
        raise unknown_tag(tag)
    value = plain_value(text)
    if not fits(value):
        raise ScalarError(f"`{shorten(text)}` does not fit its tag `{shown_tag(tag)}`", "remove the tag")
    return float(value) if tag == _PREFIX + "float" and isinstance(value, int) else value


def collection_tags(kind: str) -> tuple[str | None, ...]:
    """The tags that a collection may carry; `kind` is `map` or `seq`."""
    return None, "!", _PREFIX + kind


def unknown_tag(tag: str) -> ScalarError:
    """The fault of a tag that has no meaning in a spec, at this place."""
    return ScalarError(f"unknown tag `{shown_tag(tag)}`", "remove it; a text that begins with `!` needs quotes")


def shown_tag(tag: str) -> str:
    """A tag as it is usually written."""
    return shorten("!!" + tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else tag)


def shorten(text: str) -> str:
    """At most 40 characters of a text, for a message."""
    return text if len(text) <= 40 else text[:39] + "…"


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: dict[str, Callable[[Scalar], bool]] = {
    _PREFIX + "null": lambda value: value is None,
    _PREFIX + "bool": lambda value: isinstance(value, bool),
    _PREFIX + "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    _PREFIX + "float": _is_number,
}


def _integer(text: str, base: int) -> int:
    value = int(text, base) if len(text) <= MAX_DIGITS else None
    if value is None or not -(2**63) <= value < 2**63:
        raise ScalarError(f"`{shorten(text)}` does not fit into 64 bits", "quote it, if text is meant")
    return value


def _float(text: str) -> float:
    value = float(text) if len(text) <= MAX_DIGITS else math.inf
    if math.isinf(value):
        raise ScalarError(f"`{shorten(text)}` does not fit into a 64-bit float", "quote it, if text is meant")
    return value
