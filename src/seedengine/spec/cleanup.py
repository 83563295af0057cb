"""Which rows are ours: structured conditions on columns, never SQL text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from seedengine.spec.comparing import element_text, forms_of_literal
from seedengine.spec.values import fault, shown_kind


def _scalar(value: object) -> object:
    if not isinstance(value, str | bool | int | float):
        message = f"expected a text, a number, `true` or `false`, found {shown_kind(value)}"
        raise fault("S106", message, "for example `{equals: paid}`, `{in: [1, 2]}`")
    return value


Scalar = str | bool | int | float
"""A literal to compare with; it is always a bound parameter."""

_Scalar = Annotated[Scalar, BeforeValidator(_scalar)]

LITERAL, REMOVED = "<literal>", "<removed>"
"""What tells the two apart, in angle brackets as the tags of values, for it is no key of a document."""


def _literal_or_removed(value: object) -> str:
    return REMOVED if isinstance(value, dict | Removed) else LITERAL


NARROWEST_CONTAINS = 6
"""Fewer literal characters than these in `contains` would catch somebody's row sooner or later."""


class Removed(BaseModel):
    """The values of one column in the rows that this cleanup takes out of a table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    removed: Annotated[str, Field(pattern=r"^[^.]+\.[^.]+$", description="`Table.column`")]

    @property
    def table(self) -> str:
        """The table whose removed rows are meant."""
        return self.removed.partition(".")[0]

    @property
    def column(self) -> str:
        """The column of that table."""
        return self.removed.partition(".")[2]


_Removed = Annotated[Removed, Tag(REMOVED)]
_Literal = Annotated[Annotated[_Scalar, Tag(LITERAL)] | _Removed, Discriminator(_literal_or_removed)]
_Literals = Annotated[Annotated[tuple[_Scalar, ...], Tag(LITERAL)] | _Removed, Discriminator(_literal_or_removed)]


class Condition(BaseModel):
    """What must hold of one column; several conditions must all hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    equals: _Literal | None = None
    in_: Annotated[_Literals | None, Field(alias="in")] = None
    starts_with: Annotated[str, Field(min_length=1)] | None = None
    ends_with: Annotated[str, Field(min_length=1)] | None = None
    contains: Annotated[str, Field(min_length=1)] | None = None
    overlaps: Annotated[
        _Literals | None,
        Field(description="the column is an array that shares an element with these"),
    ] = None
    before: Annotated[str | None, Field(description="an ISO date or time, not included")] = None
    after: Annotated[str | None, Field(description="an ISO date or time, not included")] = None
    is_null: bool | None = None

    @cached_property
    def equal(self) -> frozenset[object]:
        """The forms of the literal of `equals`."""
        return frozenset() if self.equals is None or isinstance(self.equals, Removed) else forms_of_literal(self.equals)

    @cached_property
    def among(self) -> frozenset[object]:
        """The forms of the literals of `in`."""
        literals = self.in_ if isinstance(self.in_, tuple) else ()
        return frozenset(form for each in literals for form in forms_of_literal(each))

    @cached_property
    def overlapping(self) -> frozenset[str]:
        """The texts of the literals of `overlaps`."""
        return frozenset(map(element_text, self.overlaps)) if isinstance(self.overlaps, tuple) else frozenset()

    def is_positive(self) -> bool:
        """Whether the condition names what it wants closely enough to stand alone."""
        return (
            any(value is not None for value in (self.equals, self.in_, self.starts_with, self.ends_with))
            or isinstance(self.overlaps, Removed)
            or (self.contains is not None and len(self.contains) >= NARROWEST_CONTAINS)
        )

    def is_literal(self) -> bool:
        """Whether it names what it wants by a value, and not only by what goes elsewhere."""
        values = (self.equals, self.in_, self.starts_with, self.ends_with, self.contains)
        return any(value is not None and not isinstance(value, Removed) for value in values)

    def removed(self) -> Iterator[Removed]:
        """Every `{removed: Table.column}` in it."""
        return (value for value in (self.equals, self.in_, self.overlaps) if isinstance(value, Removed))


class RowFilter(BaseModel):
    """Conditions by column, all of which must hold, with `any`, `all` and `not` to combine more."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)
    __pydantic_extra__: dict[str, Condition]

    any: tuple[RowFilter, ...] = ()
    all: tuple[RowFilter, ...] = ()
    not_: Annotated[RowFilter | None, Field(alias="not")] = None

    @property
    def columns(self) -> dict[str, Condition]:
        """The conditions by column, in the order of the spec."""
        return self.__pydantic_extra__

    def is_empty(self) -> bool:
        """Whether it says nothing at all (and so would match every row)."""
        return not (self.columns or self.any or self.all or self.not_)

    def is_positive(self) -> bool:
        """Whether every branch has a positive match, so that it cannot catch a whole table by accident."""
        return (
            any(condition.is_positive() for condition in self.columns.values())
            or any(part.is_positive() for part in self.all)
            or (bool(self.any) and all(part.is_positive() for part in self.any))
        )

    def is_literal(self) -> bool:
        """Whether a value stands anywhere in it, so that it may catch rows that have nothing to do with the spec."""
        return any(condition.is_literal() for part in self.parts() for condition in part.columns.values())

    def parts(self) -> Iterator[RowFilter]:
        """Itself and every filter inside it."""
        yield self
        for part in (*self.any, *self.all, *([self.not_] if self.not_ else [])):
            yield from part.parts()

    @cached_property
    def conditions(self) -> int:
        """How many columns are compared in it."""
        return sum(len(part.columns) for part in self.parts())

    def removed(self) -> Iterator[Removed]:
        """Every `{removed: Table.column}` in it."""
        for part in self.parts():
            for condition in part.columns.values():
                yield from condition.removed()


class TableFilter(RowFilter):
    """A table's entry in `cleanup`; `follows` is the foreign key column that decides whose a row is."""

    follows: str | None = None


def _entry(value: object) -> object:
    if not isinstance(value, dict | TableFilter) and value != "generated":
        message = f"expected `generated` or a filter, found {shown_kind(value)}"
        raise fault("S106", message, "a filter has conditions by column: `{email: {ends_with: '@seed.test'}}`")
    return value


GENERATED, FILTER = "<generated>", "<filter>"

CleanupEntry = Literal["generated"] | TableFilter
Cleanup = dict[
    str,
    Annotated[
        Annotated[Literal["generated"], Tag(GENERATED)] | Annotated[TableFilter, Tag(FILTER)],
        Discriminator(lambda value: GENERATED if isinstance(value, str) else FILTER),
        BeforeValidator(_entry),
    ],
]

_: Any = TableFilter.model_rebuild()
