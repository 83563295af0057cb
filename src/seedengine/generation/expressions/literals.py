"""The leaves of a tree: what is written out, and the columns that paths lead to."""

from decimal import Decimal, InvalidOperation

import polars as pl
from sqlglot import exp

from seedengine.generation.expressions.columns import Column, Evaluate, Rows
from seedengine.generation.expressions.decimals import MAX_SCALE
from seedengine.generation.expressions.types import (
    BIGINT,
    BOOLEAN,
    INTEGER,
    MAX_DIGITS,
    NUMERIC_STORAGE,
    UNKNOWN,
    numeric,
)
from seedengine.spec.expressions import ExpressionFault

_INTEGER_LIMIT, _BIGINT_LIMIT = 2**31, 2**63


def path(rows: Rows, node: exp.Expr, _: Evaluate) -> Column:
    """The column of a path."""
    return rows.column(int(node.name), node.this.meta["start"])


def literal(_: Rows, node: exp.Expr, __: Evaluate) -> Column:
    """A text whose type is open, or a number: integer, bigint or numeric as it is written."""
    offset = node.meta["start"]
    if node.args["is_string"]:
        return Column(UNKNOWN, pl.Series([node.this], dtype=pl.String), offset, constant=True, literal=True)
    return number(node.this, offset)


def number(text: str, offset: int) -> Column:
    """The number that is written so, with a sign or without."""
    if text.removeprefix("-").isdigit() and len(text) < 21 and -_BIGINT_LIMIT <= int(text) < _BIGINT_LIMIT:
        small = -_INTEGER_LIMIT <= int(text) < _INTEGER_LIMIT
        values = pl.Series([int(text)], dtype=pl.Int32 if small else pl.Int64)
        return Column(INTEGER if small else BIGINT, values, offset, constant=True)
    try:
        sign, digits, exponent = Decimal(text).as_tuple()
    except InvalidOperation:  # an exponent that is too much even for Python
        sign, digits, exponent = 0, (), MAX_DIGITS + 1
    scale = max(0, -int(exponent))
    if len(digits) + max(0, int(exponent)) > MAX_DIGITS or scale > MAX_SCALE:
        raise ExpressionFault("this number is out of range", offset, f"a number has at most {MAX_DIGITS} digits")
    size = int("".join(map(str, digits))) * 10 ** max(0, int(exponent))
    values = pl.Series([{"digits": -size if sign else size, "scale": scale}], dtype=NUMERIC_STORAGE)
    return Column(numeric(scale), values, offset, constant=True)


def null(rows: Rows, node: exp.Expr, _: Evaluate) -> Column:
    """NULL, whose type is open."""
    return rows.null(UNKNOWN, node.meta.get("start", 0))


def boolean(_: Rows, node: exp.Expr, __: Evaluate) -> Column:
    """True or false."""
    return Column(BOOLEAN, pl.Series([bool(node.this)]), node.meta.get("start", 0), constant=True)
