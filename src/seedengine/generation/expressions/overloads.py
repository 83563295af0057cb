"""Which of several functions of one name is meant: PostgreSQL's rules for the types of arguments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from seedengine.generation.expressions.casts import cast, coerce, coercible
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.types import BIGINT, INTEGER, UNKNOWN, Type

Result = Type | Callable[[Sequence[Column]], Type]

_CATEGORIES = {
    "integer": "number",
    "bigint": "number",
    "numeric": "number",
    "double precision": "number",
    "text": "string",
    "date": "moment",
    "timestamp": "moment",
    "time": "moment",
}
_PREFERRED = frozenset({"double precision", "text", "interval", "boolean", "timestamp"})


@dataclass(frozen=True, slots=True)
class Overload:
    """One function: the types of its parameters, what it makes of whole columns without NULL, and the type of that."""

    parameters: tuple[Type, ...]
    result: Result
    operation: Callable[..., pl.Series]

    def result_type(self, arguments: Sequence[Column]) -> Type:
        """The type of the result, given the arguments in the types of the parameters."""
        return self.result if isinstance(self.result, Type) else self.result(arguments)


def call(rows: Rows, overloads: Sequence[Overload], columns: Sequence[Column], offset: int) -> Column | None:
    """What the overload for these arguments makes of them, or None where there is none.

    Where PostgreSQL finds none because an argument is a bigint, it is taken as integer and has to fit: `row` and `nth`
    are bigint, and are welcome as the count of `left` or the days of a date.
    """
    chosen = choose(overloads, [column.type for column in columns])
    if chosen is None and any(column.type == BIGINT for column in columns):
        types = [INTEGER if column.type == BIGINT else column.type for column in columns]
        chosen = choose(overloads, types)
    if chosen is None:
        return None
    arguments = [_argument(rows, *pair) for pair in zip(columns, chosen.parameters, strict=True)]
    return rows.apply(chosen.operation, chosen.result_type(arguments), offset, *arguments)


def _argument(rows: Rows, column: Column, parameter: Type) -> Column:
    if column.type == BIGINT and parameter == INTEGER:
        return cast(rows, column, parameter)
    return coerce(rows, column, parameter)


def choose(overloads: Sequence[Overload], types: Sequence[Type]) -> Overload | None:
    """The overload that these types mean, or None where none or several fit (func_select_candidate)."""
    fitting = [each for each in overloads if len(each.parameters) == len(types)]
    exact = [each for each in fitting if all(a == b for a, b in zip(each.parameters, types, strict=True))]
    if exact:
        return exact[0]
    if (same := _same_as_other(fitting, types)) is not None:
        return same
    fitting = [each for each in fitting if all(map(coercible, types, each.parameters))]
    fitting = _most(fitting, lambda each: _count_exact(each, types))
    fitting = _most(fitting, lambda each: _count_preferred(each, types))
    for place, type in enumerate(types):
        if type == UNKNOWN:
            fitting = _for_unknown(fitting, place)
    return fitting[0] if len(fitting) == 1 else None


def _same_as_other(overloads: Sequence[Overload], types: Sequence[Type]) -> Overload | None:
    """Of a pair with one literal, the overload that takes the other's type twice."""
    known = [type for type in types if type != UNKNOWN]
    if len(types) == 2 and len(known) == 1:
        return next((each for each in overloads if each.parameters == (known[0], known[0])), None)
    return None


def _most(overloads: list[Overload], count: Callable[[Overload], int]) -> list[Overload]:
    counts = [count(each) for each in overloads]
    return [each for each, own in zip(overloads, counts, strict=True) if own == max(counts)]


def _count_exact(overload: Overload, types: Sequence[Type]) -> int:
    return sum(a == b for a, b in zip(overload.parameters, types, strict=True))


def _count_preferred(overload: Overload, types: Sequence[Type]) -> int:
    pairs = zip(overload.parameters, types, strict=True)
    return sum(a == b or (b != UNKNOWN and a.name in _PREFERRED) for a, b in pairs)


def _for_unknown(overloads: list[Overload], place: int) -> list[Overload]:
    categories = {_category(each.parameters[place]) for each in overloads}
    if "string" in categories:
        return [each for each in overloads if _category(each.parameters[place]) == "string"]
    if len(categories) != 1:
        return []
    preferred = [each for each in overloads if each.parameters[place].name in _PREFERRED]
    return preferred or overloads


def _category(type: Type) -> str:
    return _CATEGORIES.get(type.name, type.name)
