"""The arguments of Faker's methods: their names, their kinds, and what would fill the memory."""

import inspect
import re
from collections import OrderedDict
from collections.abc import Mapping
from math import prod
from typing import Any, NamedTuple

from seedengine.diagnostics import closest
from seedengine.generation.faker.providers import Localised
from seedengine.spec.facts import Problem

# A whole number that is an argument, or stands in one, is taken for a size. These are values or parts of one.
_VALUES = frozenset(
    {
        *(
            "min",
            "max",
            "min_value",
            "max_value",
            "step",
            "number",
            "elements",
            "prefixes",
            "seed",
            "year",
            "month",
            "day",
        ),
        *("width", "height", "center", "radius", "hue", "bank_code", "code", "number_system_digit", "base"),
    }
)
LARGEST_SIZE = 10_000
_LARGEST_TOGETHER = 1_000_000
_LARGEST_VALUE = 2**63 - 1
# Python's `format` would obey a width, or walk into attributes.
_PLACEHOLDER_URL = r"\{(?!(width|height)\})"
_PLAIN: dict[Any, tuple[type, str]] = {
    int: (int, "a whole number"),
    bool: (bool, "`true` or `false`"),
    str: (str, "text"),
}


class Argument(NamedTuple):
    """One argument of a method."""

    name: str
    required: bool
    annotation: Any


class Signature(NamedTuple):
    """The arguments of a method by name; `open` where it takes others besides."""

    arguments: Mapping[str, Argument]
    open: bool


def signature(faker: Localised, method: str) -> Signature:
    """The signature of a method in that locale."""
    found: dict[str, Argument] = {}
    more = False
    for name, each in inspect.signature(faker.method(method)).parameters.items():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            more = more or each.kind == each.VAR_KEYWORD
        else:
            found[name] = Argument(name, each.default is each.empty, each.annotation)
    return Signature(found, more)


def check_arguments(faker: Localised, method: str, args: Mapping[str, Any]) -> Problem | None:
    """What is wrong with the arguments as they stand, before anything is called."""
    known = signature(faker, method)
    for name, value in args.items():
        if name not in known.arguments and not known.open:
            return _unknown(method, name, known)
        problem = _mistyped(known, method, name, value) or _oversized(name, name, value)
        if problem is not None:
            return problem
    together = prod(max(1, _largest(value)) for name, value in args.items() if name not in _VALUES)
    if together > _LARGEST_TOGETHER:
        return Problem(f"the sizes given to `{method}` make {together} together", "ask for less in one value")
    missing = [each.name for each in known.arguments.values() if each.required and each.name not in args]
    if missing:
        return Problem(f"`{method}` needs the argument `{missing[0]}`", f"give it as `args: {{{missing[0]}: …}}`")
    return None


def _unknown(method: str, name: str, known: Signature) -> Problem:
    similar = closest(name, known.arguments)
    names = ", ".join(f"`{each}`" for each in known.arguments)
    help = f"its arguments are {names}" if names else "it takes none"
    return Problem(f"`{method}` has no argument `{name}`", f"did you mean `{similar}`?" if similar else help, name)


def _mistyped(known: Signature, method: str, name: str, value: Any) -> Problem | None:
    annotation = known.arguments[name].annotation if name in known.arguments else None
    if annotation not in _PLAIN:
        return None
    kind, what = _PLAIN[annotation]
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return None
    return Problem(f"`{name}` of `{method}` is {what}, not `{value}`", None, name)


def _oversized(argument: str, name: str, value: Any) -> Problem | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        largest = _LARGEST_VALUE if argument in _VALUES else LARGEST_SIZE
        if abs(value) > largest:
            return Problem(f"`{name}` is {value}, but may be {largest} at most", "ask for less in one value", argument)
    if argument == "placeholder_url" and isinstance(value, str) and re.search(_PLACEHOLDER_URL, value):
        return Problem(
            "`placeholder_url` may only hold `{width}` and `{height}`", "write other braces not at all", argument
        )
    inner = (
        [*value, *value.values()] if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    )
    return next((problem for each in inner if (problem := _oversized(argument, name, each)) is not None), None)


def _largest(value: Any) -> int:
    """The largest whole number in an argument."""
    if isinstance(value, Mapping):
        return max(map(_largest, (*value, *value.values())), default=0)
    if isinstance(value, list | tuple):
        return max(map(_largest, value), default=0)
    return abs(value) if isinstance(value, int) else 0


def prepared(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as Faker takes them: it wants the order of mappings promised."""
    return {name: _ordered(value) for name, value in args.items()}


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return OrderedDict((key, _ordered(each)) for key, each in value.items())
    if isinstance(value, list | tuple):
        return [_ordered(each) for each in value]
    return value
