"""How SQLite compares a column with a literal: by the column's affinity, moments by what they mean."""

import sqlalchemy as sa

from seedengine.diagnostics import InvalidCall, Refused
from seedengine.spec.cleanup import Scalar
from seedengine.targets.columntypes import Kind
from seedengine.targets.conditions import Rows, utc_moment

_MAY_HOLD_MOMENTS = (Kind.TIMESTAMP, Kind.DATE, Kind.TEXT, Kind.OTHER)
_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*"
"""How the text of a moment begins, as a pattern of GLOB: SQLite takes any number for a day too, and `now` for today."""


def _parameter(value: Scalar) -> sa.BindParameter[object]:
    # Without a type of SQLAlchemy's, so that the column's affinity alone decides how it compares.
    return sa.bindparam(None, value, type_=sa.types.NullType(), unique=True)


def _moment(value: sa.ColumnElement[object]) -> sa.ColumnElement[object]:
    return sa.func.julianday(value)


def _is_moment(value: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    return sa.and_(value.op("GLOB")(_parameter(_DAY)), _moment(value).is_not(None))


class SqliteComparisons:
    """See `Comparisons`.

    `before` and `after` raise InvalidCall for a column whose type holds no moments, and Refused where a value in it is
    none: nobody could say whether the condition, or its opposite, holds.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._readable: set[tuple[str, str]] = set()

    def equals(self, rows: Rows, column: str, value: Scalar) -> sa.ColumnElement[bool]:
        kind = rows.relation.types[column].kind
        if kind in (Kind.TIMESTAMP, Kind.DATE) and isinstance(value, str):
            held = rows.column(column)
            same_moment = sa.and_(_is_moment(held), _moment(held) == _moment(_parameter(utc_moment(value))))
            return sa.or_(held == _parameter(value), same_moment)
        if kind is Kind.TEXT and isinstance(value, bool):
            return rows.column(column) == _parameter(str(value).lower())
        return rows.column(column) == _parameter(value)

    def starts_with(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        return sa.func.substr(rows.column(column), 1, len(text)) == _parameter(text)

    def ends_with(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        return sa.func.substr(rows.column(column), -len(text)) == _parameter(text)

    def contains(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        return sa.func.instr(rows.column(column), _parameter(text)) > 0

    def before(self, rows: Rows, column: str, moment: str) -> sa.ColumnElement[bool]:
        return self._moment(rows, column, "before") < _moment(_parameter(moment))

    def after(self, rows: Rows, column: str, moment: str) -> sa.ColumnElement[bool]:
        return self._moment(rows, column, "after") > _moment(_parameter(moment))

    def _moment(self, rows: Rows, column: str, condition: str) -> sa.ColumnElement[object]:
        """The moment in a column, of which each value is one or NULL."""
        place = rows.relation.table.name, column
        if place not in self._readable:
            self._require_moments(rows, column, condition)
            self._readable.add(place)
        return _moment(rows.column(column))

    def _require_moments(self, rows: Rows, column: str, condition: str) -> None:
        name = f"{rows.relation.table.name}.{column}"
        if rows.relation.types[column].kind not in _MAY_HOLD_MOMENTS:
            declared = rows.relation.table.column(column)
            raise InvalidCall(
                f"the cleanup compares `{name}` with a moment, by `{condition}`, and its type is "
                f"{declared.type if declared else 'another'}",
                "compare another column, or take that condition out",
            )
        value = rows.column(column)
        other = sa.select(sa.func.quote(value)).where(value.is_not(None), sa.not_(_is_moment(value))).limit(1)
        found = self._connection.execute(other).scalar()
        if found is not None:
            raise Refused(
                f"the cleanup compares `{name}` with a moment, by `{condition}`, and a value in it is none: {found}",
                "take that condition out, or write such values as `2026-02-28 12:30:00`",
            )

    def elements(self, rows: Rows, column: str) -> tuple[sa.FromClause, sa.ColumnElement[str]]:
        """An array is JSON text here; what is no JSON has no elements."""
        value = rows.column(column)
        elements = sa.func.json_each(sa.case((sa.func.json_valid(value) == 1, value))).table_valued("value")
        return elements, sa.cast(elements.c.value, sa.Text)
