"""Generators that draw or count: of Faker, of ranges, of some values, of the bits of the row."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from seedengine.spec.generators.base import ANY_VALUE, Generator, Value
from seedengine.spec.generators.distribution import Shape
from seedengine.spec.ranges import DateRange, DatetimeRange, IntRange, NumberRange, TimeRange
from seedengine.spec.values import Many, Model, Probability, Weight, fault


class Faker(Generator):
    """A method of Faker's providers."""

    method: Annotated[str, Field(alias="faker")]
    args: dict[str, Any] = {}


class Int(Generator):
    """A whole number of a range."""

    range: Annotated[IntRange, Field(alias="int")]
    distribution: Shape | None = None


class Float(Generator):
    """A floating-point number of a range."""

    range: Annotated[NumberRange, Field(alias="float")]
    distribution: Shape | None = None


class Decimal(Generator):
    """An exact number with the digits that its range shows."""

    range: Annotated[NumberRange, Field(alias="decimal")]
    distribution: Shape | None = None


class Date(Generator):
    """A day of a range."""

    range: Annotated[DateRange, Field(alias="date")]
    distribution: Shape | None = None


class Datetime(Generator):
    """A moment of a range, in UTC, in whole milliseconds."""

    range: Annotated[DatetimeRange, Field(alias="datetime")]
    distribution: Shape | None = None


class Time(Generator):
    """A time of day of a range, in whole milliseconds."""

    range: Annotated[TimeRange, Field(alias="time")]
    distribution: Shape | None = None


class Bool(Generator):
    """True in this part of the rows."""

    share: Annotated[Probability, Field(alias="bool")]


def keyed_choice(value: object) -> object:
    """The keys of weights as a list of constants beside the list of weights."""
    if not isinstance(value, dict) or not isinstance(value.get("choice"), dict):
        return value
    if "weights" in value:
        raise fault("S132", "weights are given twice", "keep those of the mapping, or make `choice` a list")
    if not value["choice"]:
        raise fault("S135", "nothing to choose from", "name at least one value")
    return {**value, "choice": list(value["choice"]), "weights": list(value["choice"].values())}


class Choice(Generator):
    """One of some values, each as likely as its weight."""

    values: Annotated[
        Many[Value],
        Field(alias="choice", min_length=1),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "array", "items": ANY_VALUE, "minItems": 1},
                    {
                        "type": "object",
                        "additionalProperties": {"type": ["number", "string"]},
                        "minProperties": 1,
                    },
                ]
            }
        ),
    ]
    weights: Many[Weight] | None = None


class Cycle(Generator):
    """These values in turn, from row to row."""

    values: Annotated[Many[Value], Field(alias="cycle", min_length=1)]


class Sequence(Generator):
    """A number that grows from row to row."""

    start: Annotated[int, Field(alias="sequence")]
    step: int = 1


class Nothing(Model):
    """The empty value of a generator that needs none: `{}`."""


class Uuid(Generator):
    """A UUID of the row's bits; version 7 grows with the row number, from `as_of` on."""

    empty: Annotated[Nothing, Field(alias="uuid")]
    version: Literal[4, 7] = 4


class Cuid(Generator):
    """`c` and 24 characters of the row's bits; no clock in it."""

    empty: Annotated[Nothing, Field(alias="cuid")]


class Ulid(Generator):
    """A ULID; it grows with the row number, from `as_of` on."""

    empty: Annotated[Nothing, Field(alias="ulid")]


class Bcrypt(Generator):
    """A bcrypt hash of a text, cost 10; one hash a field."""

    text: Annotated[str, Field(alias="bcrypt", max_length=72)]
