"""What all values have in common: constants, lists, and what every generator can be modified by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, RootModel, WithJsonSchema
from typing_extensions import TypeAliasType

from seedengine.spec.ranges import is_range
from seedengine.spec.values import ColumnType, Expr, Many, Model, Probability, fault

Scalar = str | bool | int | float | None

ANY_VALUE = {"$comment": "any value"}
"""Stands in a hand-written part of the JSON Schema for a reference to the schema of values."""


def _quantity(value: object) -> object:
    """A quantity as the value that it is short for."""
    if isinstance(value, bool) or value is None or isinstance(value, float | list):
        raise fault("S137", "expected a quantity", "for example `3`, `1..3`, or weights: `{0: 60%, 1..3: 40%}`")
    if isinstance(value, int | str):
        return _amount(value)
    if isinstance(value, dict) and value and all(isinstance(key, int) or is_range(key) for key in value):
        return {"choice": [_amount(key) for key in value], "weights": list(value.values())}
    return value


def _amount(value: object) -> object:
    """A number, or a range of numbers, of a quantity."""
    below = value < 0 if isinstance(value, int) else str(value).lstrip().startswith("-")
    if isinstance(value, bool) or below:
        raise fault("S137", f"a quantity is a number from 0 on, not `{value}`", "for example `3` or `1..3`")
    return {"int": value} if isinstance(value, str) else value


EveryValue: Any = Any
"""The union of all values, which the module that knows them all puts here."""

if TYPE_CHECKING:
    Value: TypeAlias = "Constant | Array | Generator"
    Quantity: TypeAlias = "Constant | Generator"
else:
    Value = TypeAliasType("Value", "EveryValue")
    Quantity = Annotated[
        Value,
        BeforeValidator(_quantity),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "integer", "minimum": 0},
                    {"type": "string", "pattern": r"^\s*[+-]?\d+\s*\.\.\s*[+-]?\d+\s*$"},
                    {"type": "object", "minProperties": 1},
                ],
                "description": "a number, a range, weights, or `{int: …, distribution: …}`",
            }
        ),
    ]


class Constant(RootModel[Scalar]):
    """A scalar stands for itself, in every row."""

    model_config = {"frozen": True, "strict": True, "defer_build": True}


class Array(RootModel[tuple[Value, ...]]):
    """A list of values."""

    model_config = {"frozen": True, "defer_build": True}
    root: Annotated[tuple[Value, ...], Field(strict=False)]


class Generator(Model):
    """What every generator can be modified by."""

    nulls: Annotated[Probability | None, Field(description="this part of the rows is NULL")] = None
    unique: Annotated[
        Literal[True] | Many[str] | None,
        Field(description="no value twice, or not twice together with these fields"),
    ] = None
    locale: Annotated[Value | None, Field(description="the locale of Faker's values")] = None
    when: Annotated[Expr | None, Field(description="where it is not true the value is NULL, or `else`")] = None
    otherwise: Annotated[Value | None, Field(alias="else", description="the value where `when` is not true")] = None
    type: ColumnType | None = None
