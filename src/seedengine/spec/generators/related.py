"""Generators that look at other rows: the one that a row stands under or draws, those that stand under it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from seedengine.spec.generators.base import Generator, Value
from seedengine.spec.generators.distribution import Shape
from seedengine.spec.values import NAME, Expr, Many, Model, OneOrMany, fault


class Ref(Generator):
    """The row this one stands under, or a row that is drawn."""

    target: Annotated[OneOrMany, Field(alias="ref", min_length=1)]
    name: Annotated[str | None, Field(alias="as")] = None
    where: Expr | None = None
    distinct_from: OneOrMany | None = None
    distribution: Shape | None = None

    @property
    def entities(self) -> tuple[str, ...]:
        """The entities it draws from, in the order of the spec."""
        return tuple(name.partition(".")[0] for name in self.target)

    @property
    def column(self) -> str | None:
        """The field that it takes; None for the key."""
        return self.target[0].partition(".")[2] or None


class Order(Model):
    """By what the rows of an aggregate are ordered."""

    expression: Expr
    descending: bool = False


def _order(value: object) -> object:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(_one_order(each) for each in values)


def _one_order(value: object) -> object:
    if not isinstance(value, str):
        return {"expression": value}
    text, _, last = value.rstrip().rpartition(" ")
    if text and last.lower() in ("asc", "desc"):
        return {"expression": text, "descending": last.lower() == "desc"}
    return {"expression": value}


AGGREGATES = ("count", "sum", "avg", "min", "max", "list", "first")


class Summary(Model):
    """Which aggregate, over which expression of the child."""

    function: Literal["count", "sum", "avg", "min", "max", "list", "first"]
    argument: Expr


def _summary(value: object) -> object:
    if not isinstance(value, dict) or len(value) != 1 or next(iter(value)) not in AGGREGATES:
        known = ", ".join(f"`{name}`" for name in AGGREGATES)
        raise fault(
            "S136",
            f"an aggregate is exactly one of {known}",
            "for example `{aggregate: {avg: review.rating}}`",
        )
    ((function, argument),) = value.items()
    if isinstance(argument, str) and re.fullmatch(NAME, argument):
        argument = f'"{argument}"'  # an entity may be called `like` or `order`
    return {"function": function, "argument": argument}


class Aggregate(Generator):
    """Something about the rows that stand under this one, or that refer to it."""

    summary: Annotated[
        Summary,
        Field(alias="aggregate"),
        BeforeValidator(_summary),
        WithJsonSchema(
            {
                "type": "object",
                "properties": {name: {"type": ["string", "number"]} for name in AGGREGATES},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            }
        ),
    ]
    of: Annotated[
        OneOrMany | None, Field(description="the entity it is over, where the expression does not name it")
    ] = None
    via: Annotated[str | None, Field(description="over the rows that refer to this one by that field")] = None
    where: Expr | None = None
    distinct: bool = False
    order_by: Annotated[
        Many[Order],
        BeforeValidator(_order),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    ] = ()
    round: Annotated[int | None, Field(ge=0, le=18)] = None
    empty: Value | None = None
