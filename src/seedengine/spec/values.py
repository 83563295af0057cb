"""The small notations of the language: ranges, percentages, weights, expressions and templates inside a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from seedengine.spec.expressions import Expression, ExpressionFault, ExpressionsOfDocument, parse, parse_template

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list in the document, a tuple in the model."""

NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"
Name = Annotated[str, Field(pattern=NAME, max_length=63)]


class Model(BaseModel):
    """Inert, frozen, closed: what a document says, and nothing of how rows are made."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, defer_build=True)


def fault(code: str, message: str, help: str | None = None, offset: int = 0) -> PydanticCustomError:
    """A fault of one value that keeps its code, its help and where in the text it lies."""
    context = {"text": message, "help": help, "offset": offset}
    return PydanticCustomError(code, "{text}", context)


# Expressions and templates


def read_expression(value: object, info: ValidationInfo) -> Expression:
    """The expression that a scalar of a document is; raises a fault, and TooManyExpressions."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise fault("S106", f"expected an expression, found {shown_kind(value)}", "write it as text: `expr: price * 2`")
    try:
        return _parser(info)(str(value))
    except ExpressionFault as error:
        raise fault("S120", error.message, error.help, error.offset) from None


def _parser(info: ValidationInfo) -> Callable[[str], Expression]:
    return info.context.parse if isinstance(info.context, ExpressionsOfDocument) else parse


def _template(value: object, info: ValidationInfo) -> tuple[str | Expression, ...]:
    if not isinstance(value, str):
        raise fault(
            "S106", f"expected a template, found {shown_kind(value)}", 'write it as text: `template: "user{row}"`'
        )
    try:
        return parse_template(value, _parser(info))
    except ExpressionFault as error:
        raise fault("S120", error.message, error.help, error.offset) from None


Expr = Annotated[
    Expression,
    PlainValidator(read_expression),
    WithJsonSchema({"type": ["string", "number", "boolean"], "description": "an SQL expression of the row"}),
]
Template = Annotated[
    tuple[str | Expression, ...],
    PlainValidator(_template),
    WithJsonSchema({"type": "string", "description": "text with `{expression}` in it; `{{` is a brace"}),
]


_SQL_TYPE = r"^[A-Za-z_][A-Za-z0-9_ ]*(\(\d+(, ?\d+)?\))?(\[\])?$"


def _sql_type(value: object) -> Expression:
    """NULL in the type that a text names, as a cast would."""
    if not isinstance(value, str) or re.match(_SQL_TYPE, value) is None:
        raise fault("S106", f"expected a type, found {shown_kind(value)}", "for example `bigint`, `numeric(10, 2)`")
    try:
        return parse(f"cast(null as {value})")
    except ExpressionFault as error:
        raise fault("S120", error.message, error.help) from None


SqlType = Annotated[Expression, PlainValidator(_sql_type), WithJsonSchema({"type": "string", "pattern": _SQL_TYPE})]


# Percentages and weights

_PERCENT = re.compile(r"^(\d{1,19}(?:\.\d{1,40})?)\s*%$")


def _percentage(value: object) -> Fraction | None:
    return _share(value) if isinstance(value, str) else None


@lru_cache(maxsize=1000)
def _share(text: str) -> Fraction | None:
    match = _PERCENT.match(text)
    if match is None:
        return None
    whole, _, digits = match[1].partition(".")
    return Fraction(int(whole + digits), 100 * 10 ** len(digits))


def _probability(value: object) -> Fraction:
    share = _percentage(value)
    if share is None:
        raise fault("S131", f"expected a percentage, found {shown_kind(value)}", "write a probability with `%`: `30%`")
    if share > 1:
        raise fault("S131", f"`{value}` is more than 100%", "a probability lies between `0%` and `100%`")
    return share


Probability = Annotated[
    Fraction,
    PlainValidator(_probability),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$", "description": "a percentage: `30%`"}),
]


def _weight(value: object) -> Fraction | str:
    if _percentage(value) is not None:
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise fault(
            "S132",
            f"expected a weight, found {shown_kind(value)}",
            "a weight is a number or a percentage: `3`, `10%`",
        )
    return Fraction(value) if isinstance(value, int) else Fraction(str(value))


Weight = Annotated[
    Fraction | str,
    PlainValidator(_weight),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$"}]}),
]


def weigh(weights: tuple[Fraction | str, ...]) -> tuple[Fraction, ...]:
    """The weights as numbers: all plain, or all percentages that make 100; raises a fault otherwise."""
    percentages = [share for share in map(_percentage, weights) if share is not None]
    if percentages and len(percentages) < len(weights):
        raise fault("S132", "plain weights and percentages are mixed", "write all of them as numbers or all with `%`")
    total, common = _sum(percentages)
    if percentages and total != common:
        percent = float(Fraction(total, common) * 100)
        raise fault("S132", f"the percentages make {percent:g}, not 100", "change them so that they add up to `100%`")
    numbers = tuple(percentages) or tuple(weight for weight in weights if isinstance(weight, Fraction))
    if not any(numbers):
        raise fault("S132", "no weight is above 0", "give at least one of them a weight above 0")
    if _sum(numbers)[0] >= 2**63:
        raise fault("S132", "the weights have too many digits", "write them with fewer: `33.33%`")
    return numbers


def _sum(numbers: Sequence[Fraction]) -> tuple[int, int]:
    """The sum as a numerator over the least common denominator."""
    common = lcm(*(number.denominator for number in numbers))
    return sum(number.numerator * (common // number.denominator) for number in numbers), common


# Types of columns

_COLUMN_TYPE = r"^[A-Za-z_][A-Za-z0-9_ ]*(\(\d+(, ?\d+)?\))?( with(out)? time zone)?(\[\])?$"
ColumnType = Annotated[str, Field(pattern=_COLUMN_TYPE, max_length=63, description="the type of a created column")]


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


OneOrMany = Annotated[Many[str], BeforeValidator(_names, json_schema_input_type=str | list[str])]
"""One name, or a list of names."""


def shown_kind(value: object) -> str:
    """What a value of a document is, for a message: itself, shortened, or the kind of collection."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    return f"`{text if len(text) <= 40 else text[:39] + '…'}`"
