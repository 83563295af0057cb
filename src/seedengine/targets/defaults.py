"""Whether the default of a column is the same whenever it is asked for, by its text."""

import re

_LITERAL = re.compile(r"'(?:[^']|'')*'")
_CALL = re.compile(r"([a-z_][\w$]*)\s*\(", re.IGNORECASE)
_WORD = re.compile(r"[a-z_][\w$]*", re.IGNORECASE)

_STEADY_CALLS = frozenset(
    [
        "abs",
        "array_append",
        "array_fill",
        "array_prepend",
        "btrim",
        "cast",
        "coalesce",
        "concat",
        "decode",
        "encode",
        "json",
        "json_array",
        "json_build_array",
        "json_build_object",
        "json_object",
        "jsonb",
        "jsonb_build_array",
        "jsonb_build_object",
        "jsonb_object",
        "length",
        "lower",
        "ltrim",
        "make_date",
        "make_interval",
        "md5",
        "nullif",
        "repeat",
        "replace",
        "reverse",
        "round",
        "rtrim",
        "string_to_array",
        "to_json",
        "to_jsonb",
        "trim",
        "upper",
    ]
)
"""Functions of both databases that give the same for the same."""

_TYPES = frozenset(
    [
        "bit",
        "bpchar",
        "char",
        "character",
        "decimal",
        "interval",
        "numeric",
        "nvarchar",
        "time",
        "timestamp",
        "varbit",
        "varchar",
        "varying",
    ]
)
"""Types with a number of digits or characters in brackets."""

_UNSTEADY_WORDS = frozenset(["localtime", "localtimestamp", "session_user", "user"])


def is_steady(default: str) -> bool:
    """Whether it surely is: no clock, no sequence, no chance, and no function that is not known."""
    code = _LITERAL.sub("''", default)
    words = {word.lower() for word in _WORD.findall(code)}
    if words & _UNSTEADY_WORDS or any(word.startswith("current_") for word in words):
        return False
    return {call.lower() for call in _CALL.findall(code)} <= _STEADY_CALLS | _TYPES
