"""The one table of operators: for each node of sqlglot the types that it takes and what it does with them."""

from collections.abc import Callable, Sequence

import polars as pl
from sqlglot import exp

from seedengine.generation.expressions import decimals, floats, integers, intervals, moments, numerics, transcendental
from seedengine.generation.expressions.columns import Column
from seedengine.generation.expressions.decimals import Decimals
from seedengine.generation.expressions.overloads import Overload
from seedengine.generation.expressions.types import (
    BIGINT,
    DATE,
    FLOAT,
    INTEGER,
    INTERVAL,
    NUMERIC,
    TIME,
    TIMESTAMP,
    Type,
    common_scale,
    numeric,
)


def exact(operation: Callable[..., Decimals]) -> Callable[..., pl.Series]:
    """An operation of exact numbers as one of columns in storage."""

    def apply(*series: pl.Series) -> pl.Series:
        return decimals.to_series(operation(*map(decimals.from_series, series)))

    return apply


def larger_scale(arguments: Sequence[Column]) -> Type:
    """numeric with the most digits behind the point that an argument has."""
    return numeric(common_scale([argument.type for argument in arguments]))


def summed_scale(arguments: Sequence[Column]) -> Type:
    """numeric with the digits behind the point of all arguments together."""
    scales = [argument.type.scale for argument in arguments]
    known = [scale for scale in scales if scale is not None]
    return numeric(sum(known) if len(known) == len(scales) else None)


def _numbers(
    of_integers: Callable[..., pl.Series],
    of_numerics: Callable[..., Decimals],
    result: Type | Callable[[Sequence[Column]], Type],
    of_floats: Callable[..., pl.Series] | None,
) -> tuple[Overload, ...]:
    overloads = (
        Overload((INTEGER, INTEGER), INTEGER, of_integers),
        Overload((BIGINT, BIGINT), BIGINT, of_integers),
        Overload((NUMERIC, NUMERIC), result, exact(of_numerics)),
    )
    return (*overloads, Overload((FLOAT, FLOAT), FLOAT, of_floats)) if of_floats else overloads


def _swapped(operation: Callable[[pl.Series, pl.Series], pl.Series]) -> Callable[[pl.Series, pl.Series], pl.Series]:
    return lambda left, right: operation(right, left)


def _date_moved(operation: Callable[[pl.Series, pl.Series], pl.Series]) -> Callable[[pl.Series, pl.Series], pl.Series]:
    return lambda date, interval: operation(date.cast(pl.Datetime("us")), interval)


SYMBOLS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.Pow: "^",
    exp.Neg: "-",
    exp.DPipe: "||",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}

OPERATORS: dict[type[exp.Expr], tuple[Overload, ...]] = {
    exp.Add: (
        *_numbers(integers.add, numerics.add, larger_scale, floats.add),
        Overload((DATE, INTEGER), DATE, moments.add_days),
        Overload((INTEGER, DATE), DATE, _swapped(moments.add_days)),
        Overload((DATE, INTERVAL), TIMESTAMP, _date_moved(moments.later)),
        Overload((INTERVAL, DATE), TIMESTAMP, _swapped(_date_moved(moments.later))),
        Overload((DATE, TIME), TIMESTAMP, moments.at_time),
        Overload((TIME, DATE), TIMESTAMP, _swapped(moments.at_time)),
        Overload((TIMESTAMP, INTERVAL), TIMESTAMP, moments.later),
        Overload((INTERVAL, TIMESTAMP), TIMESTAMP, _swapped(moments.later)),
        Overload((TIME, INTERVAL), TIME, moments.time_later),
        Overload((INTERVAL, TIME), TIME, _swapped(moments.time_later)),
        Overload((INTERVAL, INTERVAL), INTERVAL, intervals.add),
    ),
    exp.Sub: (
        *_numbers(integers.subtract, numerics.subtract, larger_scale, floats.subtract),
        Overload((DATE, DATE), INTEGER, moments.days_between),
        Overload((DATE, INTEGER), DATE, moments.subtract_days),
        Overload((DATE, INTERVAL), TIMESTAMP, _date_moved(moments.earlier)),
        Overload((TIMESTAMP, TIMESTAMP), INTERVAL, moments.span_between),
        Overload((TIMESTAMP, INTERVAL), TIMESTAMP, moments.earlier),
        Overload((TIME, TIME), INTERVAL, moments.time_between),
        Overload((TIME, INTERVAL), TIME, moments.time_earlier),
        Overload((INTERVAL, INTERVAL), INTERVAL, intervals.subtract),
    ),
    exp.Mul: (
        *_numbers(integers.multiply, numerics.multiply, summed_scale, floats.multiply),
        Overload((INTERVAL, FLOAT), INTERVAL, intervals.multiply),
        Overload((FLOAT, INTERVAL), INTERVAL, _swapped(intervals.multiply)),
    ),
    exp.Div: (
        *_numbers(integers.divide, numerics.divide, numeric(None), floats.divide),
        Overload((INTERVAL, FLOAT), INTERVAL, intervals.divide),
    ),
    exp.Mod: _numbers(integers.remainder, numerics.remainder, larger_scale, None),
    exp.Pow: (
        Overload((NUMERIC, NUMERIC), numeric(None), transcendental.power),
        Overload((FLOAT, FLOAT), FLOAT, floats.power),
    ),
    exp.Neg: (
        Overload((INTEGER,), INTEGER, integers.negate),
        Overload((BIGINT,), BIGINT, integers.negate),
        Overload((NUMERIC,), larger_scale, exact(numerics.negate)),
        Overload((FLOAT,), FLOAT, floats.negate),
        Overload((INTERVAL,), INTERVAL, intervals.negate),
    ),
}
