"""What chooses among values: AND, OR, CASE and `coalesce`, each part evaluated only for the rows that reach it."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlglot import exp

from seedengine.generation.expressions.casts import coerce
from seedengine.generation.expressions.columns import Column, Evaluate, Rows
from seedengine.generation.expressions.conditions import compared, condition
from seedengine.generation.expressions.types import BOOLEAN
from seedengine.generation.expressions.variadic import matched_type

Positions = NDArray[np.int64]
# Some of the rows at hand, and a value for each of them.
Part = tuple[Positions, Rows, Column]


def connected(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """AND or OR of any number of conditions, from left to right, as far as they decide."""
    decisive = isinstance(node, exp.Or)
    operands = [node.expression]
    first = node.this
    while type(first) is type(node):
        operands.append(first.expression)
        first = first.this
    column = condition(rows, evaluate(rows, first))
    result, offset = rows.spread(column), column.offset
    for operand in reversed(operands):
        places = _undecided(result, decisive)
        some = rows.take(places)
        further = some.spread(condition(some, evaluate(some, operand)))
        result = _decided(result, decisive, places, further)
    return Column(BOOLEAN, result, offset)


def between(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """Whether the value lies between two others, both included; the upper one is not looked at below the lower one."""
    value = evaluate(rows, node.this)
    result = rows.spread(compared(rows, ">=", value, evaluate(rows, node.args["low"])))
    places = _undecided(result, False)
    some = rows.take(places)
    further = some.spread(compared(some, "<=", _chosen(value, rows, places), evaluate(some, node.args["high"])))
    return Column(BOOLEAN, _decided(result, False, places, further), value.offset)


def _undecided(result: pl.Series, decisive: bool) -> Positions:
    return np.flatnonzero((result != decisive).fill_null(True).to_numpy())


def _decided(result: pl.Series, decisive: bool, places: Positions, further: pl.Series) -> pl.Series:
    """The result joined by OR where True decides, by AND where False does, with a condition at some places."""
    if len(places) < len(result):
        neutral = pl.Series([not decisive]).new_from_index(0, len(result))
        further = neutral.scatter(places, further) if len(places) else neutral
    return result | further if decisive else result & further


def case(rows: Rows, node: exp.Expr, evaluate: Evaluate) -> Column:
    """CASE: the value behind the first condition that is true, else that behind ELSE, else NULL."""
    subject = evaluate(rows, node.this) if node.this is not None else None
    undecided = np.arange(rows.size)
    parts: list[Part] = []
    for branch in node.args["ifs"]:
        some = rows.take(undecided)
        test = evaluate(some, branch.this)
        if subject is None:
            truth = condition(some, test)
        else:
            truth = compared(some, "=", _chosen(subject, rows, undecided), test)
        holds = some.spread(truth).fill_null(False).to_numpy()
        parts.append(_part(rows, undecided[holds], branch.args["true"], evaluate))
        undecided = undecided[~holds]
    default = node.args.get("default") or exp.Null()
    parts.append(_part(rows, undecided, default, evaluate))
    offset = parts[0][2].offset if subject is None else subject.offset
    return _merged(rows, parts, "case", offset)


def coalesce(rows: Rows, arguments: Sequence[exp.Expr], evaluate: Evaluate, offset: int) -> Column:
    """The first argument that is not NULL."""
    undecided = np.arange(rows.size)
    parts: list[Part] = []
    for place, argument in enumerate(arguments):
        some = rows.take(undecided)
        column = evaluate(some, argument)
        present = some.spread(column).is_not_null().to_numpy()
        if place == len(arguments) - 1:
            present = np.ones(len(undecided), bool)
        chosen = np.flatnonzero(present)
        kept = column if column.constant or len(chosen) == some.size else _gathered(column, chosen)
        parts.append((undecided[chosen], rows.take(undecided[chosen]), kept))
        undecided = undecided[~present]
    return _merged(rows, parts, "coalesce", offset)


def _part(rows: Rows, positions: Positions, node: exp.Expr, evaluate: Evaluate) -> Part:
    some = rows.take(positions)
    return positions, some, evaluate(some, node)


def _chosen(column: Column, rows: Rows, positions: Positions) -> Column:
    return column if column.constant or len(positions) == rows.size else _gathered(column, positions)


def _gathered(column: Column, positions: Positions) -> Column:
    return Column(column.type, column.series.gather(positions), column.offset, literal=column.literal)


def _merged(rows: Rows, parts: Sequence[Part], construct: str, offset: int) -> Column:
    """The parts' values in their common type, each in its row."""
    columns = [column for _, _, column in parts]
    type = matched_type(columns, construct, offset)
    pieces: list[pl.Series] = []
    places = np.zeros(rows.size, np.uint32)
    start = 0
    for positions, some, column in parts:
        values = coerce(some, column, type)
        places[positions] = start if values.constant else start + np.arange(len(positions))
        pieces.append(values.series)
        start += len(values.series)
    return Column(type, pl.concat(pieces).gather(places), offset)
