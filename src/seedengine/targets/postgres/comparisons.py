"""How PostgreSQL compares a column with a literal: in the column's own type, which the server infers."""

import sqlalchemy as sa

from seedengine.diagnostics import InvalidCall
from seedengine.spec.cleanup import Scalar
from seedengine.targets.columntypes import Kind
from seedengine.targets.conditions import Rows
from seedengine.targets.ddl import DeclaredType

_JSONB = DeclaredType("jsonb")


def _parameter(value: Scalar) -> sa.BindParameter[object]:
    # A parameter without a type takes that of the column: enums, uuids and domains compare as themselves.
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return sa.bindparam(None, text, type_=sa.types.NullType(), unique=True)


def _text(rows: Rows, column: str) -> sa.ColumnElement[str]:
    return sa.cast(rows.column(column), sa.Text)


class PostgresComparisons:
    """See `Comparisons`."""

    def equals(self, rows: Rows, column: str, value: Scalar) -> sa.ColumnElement[bool]:
        return rows.column(column) == _parameter(value)

    def starts_with(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        return sa.func.left(_text(rows, column), len(text)) == _parameter(text)

    def ends_with(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        return sa.func.right(_text(rows, column), len(text)) == _parameter(text)

    def contains(self, rows: Rows, column: str, text: str) -> sa.ColumnElement[bool]:
        return sa.func.strpos(_text(rows, column), _parameter(text)) > 0

    def before(self, rows: Rows, column: str, moment: str) -> sa.ColumnElement[bool]:
        return rows.column(column) < _parameter(moment)

    def after(self, rows: Rows, column: str, moment: str) -> sa.ColumnElement[bool]:
        return rows.column(column) > _parameter(moment)

    def elements(self, rows: Rows, column: str) -> tuple[sa.FromClause, sa.ColumnElement[str]]:
        kind = rows.relation.types[column].kind
        if kind is Kind.ARRAY:
            function = sa.func.unnest(sa.cast(rows.column(column), DeclaredType("text[]")))
        elif kind is Kind.JSON:
            value = sa.cast(rows.column(column), _JSONB)
            is_array = sa.func.jsonb_typeof(value) == "array"
            function = sa.func.jsonb_array_elements_text(sa.case((is_array, value)))
        else:
            raise InvalidCall(
                f"`{rows.relation.table.name}.{column}` is no array, so nothing can overlap with it",
                "use `in`, or `equals`",
            )
        elements = function.table_valued("x").render_derived()
        return elements, elements.c.x
