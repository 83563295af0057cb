"""`extract`, `date_part` and `date_trunc`: a unit that is written out, and the value it is looked for in."""

from collections.abc import Sequence
from functools import partial

from seedengine.diagnostics import closest
from seedengine.generation.expressions import units
from seedengine.generation.expressions.casts import coerce
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.types import FLOAT, INTERVAL, TIMESTAMP, UNKNOWN, numeric
from seedengine.spec.expressions import ExpressionFault


def extract(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """`extract(unit from value)`, as numeric."""
    value = _moment(rows, columns[1], "extract")
    kind = value.type.name
    unit = _unit(columns[0], units.EXTRACTED[kind], kind)
    result = numeric(units.extract_scale(kind, unit))
    return rows.apply(partial(units.extract, kind, unit), result, offset, value)


def date_part(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """`date_part(unit, value)`, as double precision; a date counts as its midnight."""
    value = _moment(rows, columns[1], "date_part")
    if value.type.name == "date":
        value = coerce(rows, value, TIMESTAMP)
    kind = value.type.name
    unit = _unit(columns[0], units.EXTRACTED[kind], kind)
    return rows.apply(partial(units.date_part, kind, unit), FLOAT, offset, value)


def date_trunc(rows: Rows, columns: Sequence[Column], offset: int) -> Column:
    """`date_trunc(unit, value)`: a timestamp or an interval; a date counts as its midnight."""
    value = _moment(rows, columns[1], "date_trunc")
    if value.type.name in ("interval", "time"):
        value = coerce(rows, value, INTERVAL)
        unit = _unit(columns[0], units.TRUNCATED["interval"], "interval")
        return rows.apply(partial(units.truncate_interval, unit), INTERVAL, offset, value)
    value = coerce(rows, value, TIMESTAMP)
    unit = _unit(columns[0], units.TRUNCATED["timestamp"], "timestamp")
    return rows.apply(partial(units.truncate, unit), TIMESTAMP, offset, value)


def _moment(rows: Rows, column: Column, name: str) -> Column:
    if column.type == UNKNOWN and not column.literal:
        return rows.null(TIMESTAMP, column.offset)
    if column.type.name not in units.EXTRACTED:
        help = "cast it: `::date`, `::timestamp`, `::interval`"
        raise ExpressionFault(f"`{name}` takes a date, time or interval", column.offset, help)
    return column


def _unit(column: Column, known: frozenset[str], kind: str) -> str:
    if not column.literal:
        raise ExpressionFault("the unit is written as a text", column.offset, "for example 'month'")
    written = str(column.series[0])
    unit = units.unit_of(written)
    if unit not in known:
        meant = closest(written, sorted(known))
        help = f"did you mean `{meant}`?" if meant else None
        raise ExpressionFault(f"a {kind} has no unit `{written}`", column.offset, help)
    return unit
