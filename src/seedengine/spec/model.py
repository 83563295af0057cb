"""The whole document: a spec, its entities, and which rows of a database are its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from seedengine.spec.cleanup import Cleanup
from seedengine.spec.generators import Constant, Quantity, Value
from seedengine.spec.ranges import read_datetime
from seedengine.spec.values import Expr, Many, Model, Name, OneOrMany, Probability, fault

ColumnName = Annotated[str, Field(min_length=1, max_length=63)]


def _moment(value: object) -> datetime:
    try:
        return read_datetime(str(value))
    except ValueError as error:
        raise fault("S130", f"`{value}` is not {error}", "`as_of` is the only now of a spec") from None


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "description": "an ISO date or time, UTC"}),
]


def _rows(value: object) -> object:
    if isinstance(value, str):
        raise fault("S138", "rows from a file are not read yet", "write the rows as a list of mappings")
    return value


Rows = Annotated[Many[dict[ColumnName, Value]], BeforeValidator(_rows)]


class Entity(Model):
    """Rows of one kind: where they come from, and what their fields hold."""

    extends: str | None = None
    table: Annotated[str | None, Field(min_length=1, description="default: the entity's name; null: never written")] = (
        None
    )
    count: Annotated[int | None, Field(ge=0, le=10**12)] = None
    per: Annotated[dict[str, Quantity] | None, Field(min_length=1, max_length=1)] = None
    sample: OneOrMany | None = None
    name: Annotated[str | None, Field(alias="as", description="the name of the sampled row")] = None
    share: Probability | None = None
    cross: Annotated[Many[str] | None, Field(min_length=2)] = None
    rows: Rows | None = None
    where: Expr | None = None
    key: Annotated[OneOrMany | None, Field(min_length=1)] = None
    locale: Value | None = None
    let: dict[Name, Value] = {}
    fields: dict[ColumnName, Value] = {}

    @property
    def parent(self) -> str | None:
        """The entity of which every row has some of these, if `per` says so."""
        return next(iter(self.per)) if self.per else None

    @property
    def values(self) -> dict[str, Value]:
        """Everything that has a name in a row: `let`, then the fields."""
        return {**self.let, **self.fields}


class Spec(Model):
    """A document of the language, version 1."""

    seedspec: Literal[1]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=63)]
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    as_of: Annotated[Moment | None, Field(description="the only now")] = None
    locale: Value = Constant("en_US")
    cleanup: Cleanup = {}
    entities: Annotated[dict[Name, Entity], Field(min_length=1)]
