"""Comparisons and tests: what is true, false or unknown of values."""

import operator
from functools import partial, reduce

import numpy as np
import polars as pl
from sqlglot import exp

from seedengine.generation.expressions import arrays, patterns
from seedengine.generation.expressions.casts import coerce
from seedengine.generation.expressions.columns import Column, Evaluate, Rows
from seedengine.generation.expressions.comparing import equal
from seedengine.generation.expressions.operators import SYMBOLS
from seedengine.generation.expressions.types import BOOLEAN, INTERVAL, TEXT, TIME, UNKNOWN, Type, common_type
from seedengine.spec.expressions import ExpressionFault

_QUANTIFIERS = {"#any": False, "#all": True}


def condition(rows: Rows, column: Column) -> Column:
    """The column as true, false and unknown; ExpressionFault where it is none of these."""
    if column.type not in (BOOLEAN, UNKNOWN):
        help = "compare it, as `x <> 0` or `x <> ''`"
        raise ExpressionFault(f"a condition is needed here, not `{column.type.name}`", column.offset, help)
    return coerce(rows, column, BOOLEAN)


def comparison(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """`=`, `<>`, `<`, `<=`, `>` or `>=`, with the elements of an array behind `any` and `all`."""
    left, other, symbol = evaluate(rows, node.this), node.expression, SYMBOLS[type(node)]
    if isinstance(other, exp.Anonymous) and other.name in _QUANTIFIERS:
        array = evaluate(rows, other.expressions[0])
        return arrays.any_equal(rows, symbol, left, array, every=_QUANTIFIERS[other.name])
    return compared(rows, symbol, left, evaluate(rows, other))


def compared(rows: Rows, symbol: str, left: Column, right: Column) -> Column:
    """The comparison of two columns, unknown where one is NULL."""
    type = _comparable(symbol, left, right)
    a, b = coerce(rows, left, type), coerce(rows, right, type)
    return rows.apply(partial(arrays.truth, symbol, type), BOOLEAN, left.offset, a, b)


def _comparable(symbol: str, left: Column, right: Column) -> Type:
    kinds = {left.type, right.type}
    type = INTERVAL if kinds == {TIME, INTERVAL} else common_type([left.type, right.type])
    if type is None:
        names = f"`{left.type.name} {symbol} {right.type.name}`"
        raise ExpressionFault(f"there is no {names}", left.offset, "cast one side to the other's type")
    element = type.element
    if type.dtype is not None or (element is not None and (symbol not in ("=", "<>") or element.name == "numeric")):
        raise ExpressionFault(f"`{type.name}` is not compared by `{symbol}`", left.offset, "compare members of it")
    return type


def contained(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """Whether the value is one of a list."""
    value = evaluate(rows, node.this)
    tests = [compared(rows, "=", value, evaluate(rows, each)) for each in node.expressions]
    return Column(BOOLEAN, reduce(operator.or_, map(rows.spread, tests)), value.offset)


def like(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """LIKE or ILIKE with the backslash as escape."""
    return _like(rows, node, "\\", evaluate)


def escaped(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """LIKE or ILIKE with another escape."""
    escape = node.expression
    offset = escape.meta.get("start", 0)
    if not isinstance(node.this, (exp.Like, exp.ILike)):
        raise ExpressionFault("`escape` belongs to `like`", offset, "write `x like '…' escape '!'`")
    if not isinstance(escape, exp.Literal) or len(escape.this) > 1:
        raise ExpressionFault("an escape is one character", offset, "for example `escape '!'`")
    return _like(rows, node.this, escape.this, evaluate)


def _like(rows: Rows, node: exp.Expr, escape: str, evaluate: Evaluate) -> Column:
    text, pattern = evaluate(rows, node.this), evaluate(rows, node.expression)
    for column in (text, pattern):
        if column.type not in (TEXT, UNKNOWN):
            raise ExpressionFault(f"`like` compares texts, not `{column.type.name}`", column.offset, "cast it to text")
    a, b = coerce(rows, text, TEXT), coerce(rows, pattern, TEXT)
    test = partial(patterns.like, escape=escape, fold=isinstance(node, exp.ILike))
    result = rows.apply(test, BOOLEAN, a.offset, a, b)
    return _inverted(result) if node.args.get("negate") else result


def negated(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """NOT: unknown stays unknown."""
    return _inverted(condition(rows, evaluate(rows, node.this)))


def _inverted(column: Column) -> Column:
    return Column(BOOLEAN, ~column.series, column.offset, column.constant)


def tested(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """IS NULL, IS TRUE or IS FALSE: never unknown."""
    column = evaluate(rows, node.this)
    if isinstance(node.expression, exp.Null):
        result = column.series.is_null()
    else:
        column = condition(rows, column)
        wanted = bool(node.expression.this)
        result = (column.series == wanted).fill_null(False)
    if node.args.get("negate"):
        result = ~result
    return Column(BOOLEAN, result, column.offset, column.constant)


def distinct(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """IS DISTINCT FROM and its opposite: NULL is a value like any other."""
    left, right = evaluate(rows, node.this), evaluate(rows, node.expression)
    type = _comparable("=", left, right)
    a, b = rows.spread(coerce(rows, left, type)), rows.spread(coerce(rows, right, type))
    same = (a.is_null() & b.is_null()).to_numpy().copy()
    both = (a.is_not_null() & b.is_not_null()).to_numpy()
    same[both] = equal(type, a.filter(both), b.filter(both)).to_numpy()
    wanted = isinstance(node, exp.NullSafeEQ)
    return Column(BOOLEAN, pl.Series(np.asarray(same == wanted)), left.offset)
