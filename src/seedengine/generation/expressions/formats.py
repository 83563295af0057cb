"""`to_char`: a moment or a number in a form that is written out."""

from collections.abc import Sequence

from seedengine.generation.expressions import moment_formats, number_formats
from seedengine.generation.expressions.casts import coerce
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.types import NUMERIC, TEXT, TIMESTAMP
from seedengine.spec.expressions import ExpressionFault


def to_char(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """`to_char(value, form)` of a date, timestamp, integer, bigint or numeric."""
    value, form = columns
    if not form.literal:
        raise ExpressionFault("the form is written as a text", form.offset, "for example 'YYYY-MM-DD'")
    written = str(form.series[0])
    if value.type.name in ("date", "timestamp"):
        shown = moment_formats.formatter(written, form.offset)
        return rows.apply(shown, TEXT, offset, coerce(rows, value, TIMESTAMP))
    if value.type.name in ("integer", "bigint", "numeric"):
        shown = number_formats.formatter(written, form.offset)
        return rows.apply(shown, TEXT, offset, coerce(rows, value, NUMERIC))
    help = "cast a float to numeric first" if value.type.name == "double precision" else None
    raise ExpressionFault(f"`to_char` does not take `{value.type.name}`", value.offset, help)
