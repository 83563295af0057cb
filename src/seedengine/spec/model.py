"""The whole document: a spec, its entities, and which rows of a database are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from seedengine.spec.cleanup import Cleanup
from seedengine.spec.facts import FileRows
from seedengine.spec.generators import Constant, Quantity, Value
from seedengine.spec.ranges import read_datetime
from seedengine.spec.scale import Scale
from seedengine.spec.values import Expr, Many, Model, Name, OneOrMany, Probability, fault

MOST_ROWS = 10**12
"""More rows than these are not made, of one entity or of all of them."""

Count = Annotated[int, Field(ge=0, le=MOST_ROWS)]
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


@dataclass(frozen=True)
class RowsFile:
    """A CSV file beside the spec, by the path that the spec gives, and its rows once they have been read."""

    name: str
    table: FileRows | None = None

    def __len__(self) -> int:
        return 0 if self.table is None else len(self.table)


def _kind_of_rows(value: object) -> str:
    """Tags as those of values: in angle brackets, for they are no keys of a document."""
    return "<file>" if isinstance(value, str) else "<list>"


Rows = Annotated[
    Annotated[Many[dict[ColumnName, Value]], Tag("<list>")]
    | Annotated[
        RowsFile,
        PlainValidator(RowsFile),
        WithJsonSchema({"type": "string", "description": "the path of a CSV file beside the spec"}),
        Tag("<file>"),
    ],
    Discriminator(_kind_of_rows),
]


class Entity(Model):
    """Rows of one kind: where they come from, and what their fields hold."""

    extends: str | None = None
    table: Annotated[str | None, Field(min_length=1, description="default: the entity's name; null: never written")] = (
        None
    )
    count: Count | None = None
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

    @cached_property
    def values(self) -> dict[str, Value]:
        """Everything that has a name in a row: `let`, then the fields."""
        return {**self.let, **self.fields} if self.let else self.fields

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values for some keys, which are not checked."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("values", None)
        return copied


class Profile(Model):
    """A size of the whole: what every `count` is multiplied by, and counts that stand as they are."""

    scale: Scale | None = None
    counts: dict[str, Count] = {}


ProfileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=63)]


class Spec(Model):
    """A document of the language, version 1."""

    seedspec: Literal[1]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=63)]
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    as_of: Annotated[Moment | None, Field(description="the only now")] = None
    locale: Value = Constant("en_US")
    cleanup: Cleanup = {}
    profiles: Annotated[dict[ProfileName, Profile], Field(description="sizes that `--profile` chooses from")] = {}
    entities: Annotated[dict[Name, Entity], Field(min_length=1)]
