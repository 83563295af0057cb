"""Pydantic's errors as diagnostics in this project's words, each with its place in the document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from seedengine.diagnostics import Candidates, Diagnostic
from seedengine.spec.cleanup import FILTER, GENERATED, LITERAL, REMOVED, Condition, Removed
from seedengine.spec.generators import KINDS
from seedengine.spec.generators.union import ARRAY, CONSTANT
from seedengine.spec.model import Entity, Profile, Spec
from seedengine.spec.source import Document
from seedengine.spec.walk import Place

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}


def diagnose(error: ErrorDetails, place: Place, document: Document) -> Diagnostic:
    """One error of pydantic's, which lies at that place, as a diagnostic."""
    loc = error["loc"]
    kind, context = error["type"], error.get("ctx", {})
    if kind.startswith("S") and kind[1:].isdigit():
        offset = int(context.get("offset") or 0)
        location = document.location_within(place, offset) if offset else document.location(place)
        return Diagnostic(kind, str(context["text"]), location, context.get("help"))
    if kind == "extra_forbidden":
        key = str(place[-1])
        known = _keys(_model_at(loc[:-1]))
        near = known.closest(key)
        help = f"did you mean `{near}`?" if near else f"known are {', '.join(f'`{name}`' for name in known.names)}"
        return Diagnostic("S102", f"unknown key `{key}`", document.location(place, key=True), help)
    if kind == "missing":
        message = f"missing key `{place[-1]}`"
        return Diagnostic("S105", message, document.location(place[:-1]), f"add `{place[-1]}: …`")
    return _wrong(error, place, document)


def place_of(error: ErrorDetails) -> Place:
    """The place of an error in the document: the tags of unions, in angle brackets, are no keys."""
    *above, last = error["loc"] or ("",)
    is_key = error["type"] in ("extra_forbidden", "missing")
    return tuple(part for part in above if part not in _TAGS) + ((last,) if is_key or last not in (*_TAGS, "") else ())


_OTHER_TAGS = ("<file>", "<list>", LITERAL, REMOVED, GENERATED, FILTER)
_TAGS = frozenset({CONSTANT, ARRAY, *_OTHER_TAGS, *(f"<{kind}>" for kind in KINDS)})


def _wrong(error: ErrorDetails, place: tuple[str | int, ...], document: Document) -> Diagnostic:
    kind, context = error["type"], error.get("ctx", {})
    key = place[-1] if place else "document"
    found = _shown(error["input"])
    location = document.location(place)
    if kind in _EXPECTED:
        help = _written(kind, document.is_plain(place), error["input"])
        return Diagnostic("S106", f"`{key}` must be {_EXPECTED[kind]}, not {found}", location, help)
    if kind in ("too_short", "too_long"):
        bound = context.get("min_length", context.get("max_length"))
        most = "at least" if kind == "too_short" else "at most"
        return Diagnostic("S106", f"`{key}` must have {most} {bound} entries", location)
    if kind == "string_too_short" and error["input"] == "":
        return Diagnostic("S106", f"`{key}` is empty", location, "write at least one character, or take it away")
    if kind == "string_pattern_mismatch":
        message = f"{found} is not written as `{key}` is"
        return Diagnostic("S106", message, location, f"it must match `{context.get('pattern')}`")
    message = error["msg"][:1].lower() + error["msg"][1:].replace("'", "`")
    return Diagnostic("S106", f"`{key}`: {message}, not {found}", location)


def _written(kind: str, plain: bool, value: object) -> str | None:
    """What to do about a scalar that is of another type only because of how it is written."""
    if kind == "string_type" and plain:
        return "quote it, if text is meant"
    if kind == "int_type" and isinstance(value, str) and not plain and value.strip().isdigit():
        return "write it without quotes"
    return next((help for start, help in _EXAMPLES.items() if kind.startswith(start)), None)


_EXAMPLES = {
    "int": "for example `20`",
    "float": "for example `1.5`",
    "bool": "write one of these words, without quotes",
    "string": "a single word or a text in quotes",
    "dict": "for example `{name: value}`",
    "model": "for example `{name: value}`",
    "tuple": "for example `[a, b]`",
    "list": "for example `[a, b]`",
}


def _model_at(loc: tuple[str | int, ...]) -> type[BaseModel]:
    """The model of a mapping at this place."""
    last = loc[-1] if loc else None
    if isinstance(last, str) and last.startswith("<") and last.strip("<>") in KINDS:
        return KINDS[last.strip("<>")]
    if not loc:
        return Spec
    if last == REMOVED:
        return Removed
    return _NAMED[str(loc[0])] if len(loc) == 2 and loc[0] in _NAMED else Condition


_NAMED: Mapping[str, type[BaseModel]] = {"entities": Entity, "profiles": Profile}
"""What stands under a name below these keys of the document."""


@cache
def _keys(model: type[BaseModel]) -> Candidates:
    return Candidates(field.alias or name for name, field in model.model_fields.items())


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = str(value)
    return f"`{text if len(text) <= 40 else text[:39] + '…'}`"
