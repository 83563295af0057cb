"""The conditions of a cleanup as SQL: every value a bound parameter, every name quoted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import sqlalchemy as sa

from seedengine.diagnostics import InvalidCall
from seedengine.spec.cleanup import Condition, Removed, RowFilter, Scalar
from seedengine.targets.relations import Relation


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a relation that a condition is about, under the name that the statement gives them."""

    relation: Relation
    alias: sa.FromClause

    @classmethod
    def of(cls, relation: Relation) -> "Rows":
        """All rows of the relation, under a name of their own in the statement."""
        return cls(relation, relation.clause().alias())

    def column(self, name: str) -> sa.ColumnElement[object]:
        """That column of a row."""
        return self.alias.c[name]

    def own(self) -> list[sa.ColumnElement[bool]]:
        """That a row is the table's own, and not one of a table that inherits from it."""
        return [] if self.relation.alone is None else [self.column("tableoid") == self.relation.alone]

    def key(self) -> list[sa.ColumnElement[object]]:
        """The columns that tell a row from others."""
        return [self.column(name) for name in self.relation.key]


class Comparisons(Protocol):
    """How one database compares a column with a literal; a NULL matches nothing."""

    def equals(self, rows: Rows, column: str, value: Scalar) -> sa.ColumnElement[bool]:
        """The column has this value, read in the column's own type."""

    def starts_with(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        """Its text begins with this; no character is special."""

    def ends_with(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        """Its text ends with this; no character is special."""

    def contains(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        """Its text has this somewhere; no character is special."""

    def before(self, rows: Rows, column: str, moment: str) -> sa.ColumnElement[bool]:
        """It is earlier than this moment, `utc_moment`'s text."""

    def after(self, rows: Rows, column: str, moment: str) -> sa.ColumnElement[bool]:
        """It is later than this moment, `utc_moment`'s text."""

    def elements(self, rows: Rows, column: str) -> tuple[sa.FromClause, sa.ColumnElement[str]]:
        """The elements of an array as rows, and their text; raises InvalidCall where it is no array."""


FoundValues = Callable[[Removed], sa.ScalarSelect[str]]
"""The values, as text, that one column has in the rows found so far."""


def matching(filter: RowFilter, rows: Rows, compare: Comparisons, found: FoundValues) -> sa.ColumnElement[bool]:
    """The rows that a filter matches; an empty filter matches none.

    Raises InvalidCall where it names a column that the table lacks.
    """
    return sa.and_(*_parts(filter, rows, compare, found)) if not filter.is_empty() else sa.false()


def _parts(filter: RowFilter, rows: Rows, compare: Comparisons, found: FoundValues) -> Iterator[sa.ColumnElement[bool]]:
    rows.relation.require(list(filter.columns))
    for column, condition in filter.columns.items():
        yield from _holds(condition, column, rows, compare, found)
    for part in filter.all:
        yield matching(part, rows, compare, found)
    if filter.any:
        yield sa.or_(*(matching(part, rows, compare, found) for part in filter.any))
    if filter.not_:
        _forbid_removed(filter.not_, rows)
        # What is unknown because of a NULL does not hold, so its opposite does.
        yield ~sa.func.coalesce(matching(filter.not_, rows, compare, found), sa.false())


def _forbid_removed(filter: RowFilter, rows: Rows) -> None:
    for removed in filter.removed():
        raise InvalidCall(
            f"the cleanup of `{rows.relation.table.name}` has `removed: {removed.removed}` inside `not`",
            "which rows go is only known in the end: say what the row must be, not what it must not",
        )


def _holds(
    condition: Condition, column: str, rows: Rows, compare: Comparisons, found: FoundValues
) -> Iterator[sa.ColumnElement[bool]]:
    if condition.equals is not None:
        yield _is_one_of(condition.equals, column, rows, compare, found)
    if condition.in_ is not None:
        yield _is_one_of(condition.in_, column, rows, compare, found)
    if condition.starts_with is not None:
        yield compare.starts_with(rows, column, condition.starts_with)
    if condition.ends_with is not None:
        yield compare.ends_with(rows, column, condition.ends_with)
    if condition.contains is not None:
        yield compare.contains(rows, column, condition.contains)
    if condition.overlaps is not None:
        yield _overlaps(condition.overlaps, column, rows, compare, found)
    if condition.before is not None:
        yield compare.before(rows, column, utc_moment(condition.before))
    if condition.after is not None:
        yield compare.after(rows, column, utc_moment(condition.after))
    if condition.is_null is not None:
        value = rows.column(column)
        yield value.is_(None) if condition.is_null else value.is_not(None)


def _is_one_of(
    values: Scalar | tuple[Scalar, ...] | Removed,
    column: str,
    rows: Rows,
    compare: Comparisons,
    found: FoundValues,
) -> sa.ColumnElement[bool]:
    if isinstance(values, Removed):
        return sa.cast(rows.column(column), sa.Text).in_(found(values))
    several = values if isinstance(values, tuple) else (values,)
    return sa.or_(sa.false(), *(compare.equals(rows, column, value) for value in several))


def _overlaps(
    values: tuple[Scalar, ...] | Removed,
    column: str,
    rows: Rows,
    compare: Comparisons,
    found: FoundValues,
) -> sa.ColumnElement[bool]:
    if isinstance(values, Removed):
        # Rows by key instead of a look at every pair of row and value: two joins, however many there are.
        other = Rows.of(rows.relation)
        elements, text = compare.elements(other, column)
        keys = sa.select(*other.key()).select_from(other.alias.join(elements, sa.true())).where(text.in_(found(values)))
        return sa.tuple_(*rows.key()).in_(keys) if len(rows.key()) > 1 else rows.key()[0].in_(keys)
    elements, text = compare.elements(rows, column)
    wanted = [_element_text(value) for value in values]
    return sa.exists(sa.select(sa.literal(1)).select_from(elements).where(text.in_(wanted)))


def _element_text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def utc_moment(text: str) -> str:
    """An ISO date as `YYYY-MM-DD`, an ISO moment as `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC; other texts as they are."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.date().isoformat() if len(text) <= len("YYYY-MM-DD") else moment.isoformat(sep=" ")
