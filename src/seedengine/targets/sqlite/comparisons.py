"""How SQLite compares a column with a literal: by the column's affinity, moments by what they mean."""

import sqlalchemy as sa

from seedengine.spec.cleanup import Scalar
from seedengine.targets.columntypes import Kind
from seedengine.targets.conditions import Rows, utc_moment


def _parameter(value: Scalar) -> sa.BindParameter[object]:
    # Without a type of SQLAlchemy's, so that the column's affinity alone decides how it compares.
    return sa.bindparam(None, value, type_=sa.types.NullType(), unique=True)


def _moment(value: sa.ColumnElement[object]) -> sa.ColumnElement[object]:
    return sa.func.julianday(value)


class SqliteComparisons:
    """See `Comparisons`."""

    def equals(self, rows: Rows, column: str, value: Scalar) -> sa.ColumnElement[bool]:
        kind = rows.relation.types[column].kind
        if kind in (Kind.TIMESTAMP, Kind.DATE) and isinstance(value, str):
            return _moment(rows.column(column)) == _moment(_parameter(utc_moment(value)))
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
        return _moment(rows.column(column)) < _moment(_parameter(moment))

    def after(self, rows: Rows, column: str, moment: str) -> sa.ColumnElement[bool]:
        return _moment(rows.column(column)) > _moment(_parameter(moment))

    def elements(self, rows: Rows, column: str) -> tuple[sa.FromClause, sa.ColumnElement[str]]:
        """An array is JSON text here; what is no JSON has no elements."""
        value = rows.column(column)
        elements = sa.func.json_each(sa.case((sa.func.json_valid(value) == 1, value))).table_valued("value")
        return elements, sa.cast(elements.c.value, sa.Text)
