"""Generators that compute a value from others, or put it together."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema

from seedengine.spec.generators.base import ANY_VALUE, Generator, Quantity, Scalar, Value
from seedengine.spec.values import Expr, Template


class TemplateText(Generator):
    """Text with expressions in it."""

    parts: Annotated[Template, Field(alias="template")]


class Computed(Generator):
    """An SQL expression of the row."""

    expression: Annotated[Expr, Field(alias="expr")]


class Match(Generator):
    """The value of the case that an expression gives; `else` where it gives none of them."""

    subject: Annotated[Expr, Field(alias="match")]
    cases: Annotated[
        dict[Scalar, Value],
        Field(min_length=1),
        WithJsonSchema({"type": "object", "additionalProperties": ANY_VALUE, "minProperties": 1}),
    ]


class Pick(Generator):
    """The member of an object that a key names."""

    path: Annotated[Expr, Field(alias="pick")]
    key: Expr


class Object(Generator):
    """A JSON object."""

    members: Annotated[dict[str, Value], Field(alias="object", min_length=1)]


class ListOf(Generator):
    """A list of some elements, each made anew."""

    element: Annotated[Value, Field(alias="list")]
    count: Quantity
