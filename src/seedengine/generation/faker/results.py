"""What kind of column the values of a method make: one type for all of them, or the reason why there is none."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from seedengine.diagnostics import SeedengineError

_SIMPLE = frozenset({str, UUID, bool, int, float, datetime, date, time})
_DIGITS = 38
INT64 = range(-(2**63), 2**63)
_HELP: dict[type, str] = {
    dict: "build it with `{object: {…}}`",
    bytes: "choose a method that gives text, as `sha256` or `pystr`",
    set: "build it with `{list: …, count: …}`",
}


class Kind(NamedTuple):
    """A type of column by the Python type of its values: `scale` of a Decimal, `element` of a list."""

    type: type
    scale: int = 0
    element: "Kind | None" = None


class NoColumn(SeedengineError):
    """The values are of a kind that no column holds."""


def kind_of(values: Sequence[Any]) -> Kind:
    """The kind of all of these values, None aside; NoColumn where there is none."""
    known = [value for value in values if value is not None]
    if not known:
        raise NoColumn("gives nothing but NULL", "write `null`, or choose another method")
    if all(isinstance(value, list | tuple) for value in known):
        return Kind(list, element=kind_of([element for value in known for element in value]))
    types = {type(value) for value in known}
    if types <= {int, Decimal} and Decimal in types:
        return Kind(Decimal, _scale(Decimal(value) for value in known))
    if types == {int, float}:
        return Kind(float)
    strange = sorted((each for each in types if each not in _SIMPLE), key=lambda each: each.__name__)
    if strange:
        help = _HELP.get(strange[0], "choose a method that gives text, numbers, dates or lists of these")
        raise NoColumn(f"gives values of Python's type `{strange[0].__name__}`, which no column holds", help)
    if len(types) > 1:
        names = " and ".join(f"`{name}`" for name in sorted(each.__name__ for each in types))
        raise NoColumn(f"gives values of several types: {names}", "write it as a `choice` of values of one type")
    if types == {int} and any(value not in INT64 for value in known):
        raise NoColumn("gives whole numbers beyond 64 bits", "bound it by its arguments")
    return Kind(types.pop())


def _scale(values: Iterable[Decimal]) -> int:
    scale = whole = 0
    for value in values:
        _, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int):
            raise NoColumn("gives numbers that are not finite", "bound it by its arguments")
        scale = max(scale, -exponent)
        whole = max(whole, len(digits) + exponent)
    if scale + whole > _DIGITS:
        raise NoColumn(f"gives numbers of more than {_DIGITS} digits", "give it `left_digits` and `right_digits`")
    return scale
