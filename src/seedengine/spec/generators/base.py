"""What all values have in common: constants, lists, and what every generator can be modified by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, RootModel

from seedengine.spec.values import ColumnType, Expr, Many, Model, Probability

if TYPE_CHECKING:
    from seedengine.spec.generators.union import Value

Scalar = str | bool | int | float | None

ANY_VALUE = {"$comment": "any value"}
"""Stands in a hand-written part of the JSON Schema for a reference to the schema of values."""


class Constant(RootModel[Scalar]):
    """A scalar stands for itself, in every row."""

    model_config = {"frozen": True, "strict": True, "defer_build": True}


class Array(RootModel["tuple[Value, ...]"]):
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
