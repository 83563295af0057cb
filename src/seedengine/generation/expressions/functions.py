"""The one table of functions: every name that an expression may call, with what it takes and does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from seedengine.generation import arithmetic
from seedengine.generation.expressions import (
    arrays,
    buckets,
    formats,
    integers,
    intervals,
    moments,
    numerics,
    text,
    transcendental,
    variadic,
)
from seedengine.generation.expressions import floats as f
from seedengine.generation.expressions import timeunits as t
from seedengine.generation.expressions.columns import Column, Rows
from seedengine.generation.expressions.decimals import Decimals, Integers, from_series, to_series
from seedengine.generation.expressions.operators import exact, larger_scale
from seedengine.generation.expressions.overloads import Overload
from seedengine.generation.expressions.slug import slug
from seedengine.generation.expressions.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    FLOAT,
    INTEGER,
    INTERVAL,
    NUMERIC,
    TEXT,
    TIME,
    TIMESTAMP,
    Type,
    numeric,
)

Special = Callable[[Rows, Sequence[Column], int], Column]


@dataclass(frozen=True, slots=True)
class Function:
    """Overloads by type, or a `special` that looks at its arguments itself; None is no upper bound on their number."""

    overloads: tuple[Overload, ...] = ()
    special: Special | None = None
    least: int = 0
    most: int | None = None

    @property
    def arity(self) -> tuple[int, int | None]:
        """The least and the most arguments."""
        if self.special is not None:
            return self.least, self.most
        counts = [len(overload.parameters) for overload in self.overloads]
        return min(counts), max(counts)


def _of(*overloads: Overload) -> Function:
    return Function(overloads)


def _one(parameters: tuple[Type, ...], result: Type, operation: Callable[..., pl.Series]) -> Function:
    return Function((Overload(parameters, result, operation),))


def _special(special: Special, least: int, most: int | None) -> Function:
    return Function(special=special, least=least, most=most)


def _float_or_numeric(of_floats: Callable[..., pl.Series], of_numerics: Callable[..., pl.Series]) -> Function:
    return _of(
        Overload((FLOAT,), FLOAT, of_floats),
        Overload((NUMERIC,), numeric(None), of_numerics),
    )


def _whole(of_floats: Callable[..., pl.Series], of_numerics: Callable[..., Decimals]) -> Function:
    return _of(
        Overload((FLOAT,), FLOAT, of_floats),
        Overload((NUMERIC,), numeric(0), exact(of_numerics)),
    )


def _to_places(operation: Callable[[Decimals, Integers], Decimals], of_floats: Callable[..., pl.Series]) -> Function:
    def apply(value: pl.Series, places: pl.Series) -> pl.Series:
        return to_series(operation(from_series(value), places.to_numpy().astype(np.int64)))

    def whole(value: pl.Series) -> pl.Series:
        return to_series(operation(from_series(value), np.zeros(1, np.int64)))

    return _of(
        Overload((FLOAT,), FLOAT, of_floats),
        Overload((NUMERIC,), numeric(0), whole),
        Overload((NUMERIC, INTEGER), _scale_of_places, apply),
    )


def _scale_of_places(arguments: Sequence[Column]) -> Type:
    places = arguments[1]
    if places.constant and places.series[0] is not None:
        return numeric(max(0, places.series[0]))
    return numeric(None)


def _trim(operation: Callable[[pl.Series, pl.Series], pl.Series]) -> Function:
    space = pl.Series([" "])
    return _of(
        Overload((TEXT,), TEXT, lambda value: operation(value, space)),
        Overload((TEXT, TEXT), TEXT, operation),
    )


def _pad(operation: Callable[[pl.Series, pl.Series, pl.Series], pl.Series]) -> Function:
    space = pl.Series([" "])
    return _of(
        Overload((TEXT, INTEGER), TEXT, lambda value, width: operation(value, width, space)),
        Overload((TEXT, INTEGER, TEXT), TEXT, operation),
    )


_UPPER = _one((TEXT,), TEXT, text.upper)
_LENGTH = _one((TEXT,), INTEGER, text.length)
_SUBSTRING = _of(
    Overload((TEXT, INTEGER), TEXT, text.substring_from),
    Overload((TEXT, INTEGER, INTEGER), TEXT, text.substring),
)
_CEILING = _whole(f.ceiling, numerics.ceiling)
_POWER = _of(
    Overload((FLOAT, FLOAT), FLOAT, f.power), Overload((NUMERIC, NUMERIC), numeric(None), transcendental.power)
)
_MAKE_INTERVAL = _of(
    *(
        Overload((INTEGER,) * min(count, 6) + (FLOAT,) * (count - 6), INTERVAL, intervals.make_interval)
        for count in range(1, 8)
    )
)

FUNCTIONS: Mapping[str, Function] = {
    # Numbers
    "abs": _of(
        Overload((INTEGER,), INTEGER, integers.absolute),
        Overload((BIGINT,), BIGINT, integers.absolute),
        Overload((NUMERIC,), larger_scale, exact(numerics.absolute)),
        Overload((FLOAT,), FLOAT, f.absolute),
    ),
    "acos": _one((FLOAT,), FLOAT, f.inverse(arithmetic.acos)),
    "asin": _one((FLOAT,), FLOAT, f.inverse(arithmetic.asin)),
    "atan": _one((FLOAT,), FLOAT, f.arc_tangent),
    "atan2": _one((FLOAT, FLOAT), FLOAT, f.arc_tangent2),
    "ceil": _CEILING,
    "ceiling": _CEILING,
    "cos": _one((FLOAT,), FLOAT, f.trigonometric(arithmetic.cos)),
    "degrees": _one((FLOAT,), FLOAT, f.degrees),
    "div": _one((NUMERIC, NUMERIC), numeric(0), exact(numerics.divide_whole)),
    "exp": _float_or_numeric(f.exponential, transcendental.exponential),
    "floor": _whole(f.floor, numerics.floor),
    "gcd": _of(
        Overload((INTEGER, INTEGER), INTEGER, integers.greatest_divisor),
        Overload((BIGINT, BIGINT), BIGINT, integers.greatest_divisor),
    ),
    "lcm": _of(
        Overload((INTEGER, INTEGER), INTEGER, integers.least_multiple),
        Overload((BIGINT, BIGINT), BIGINT, integers.least_multiple),
    ),
    "ln": _float_or_numeric(f.logarithm, transcendental.logarithm),
    "log": _of(
        Overload((FLOAT,), FLOAT, f.logarithm10),
        Overload((NUMERIC,), numeric(None), transcendental.logarithm10),
        Overload((NUMERIC, NUMERIC), numeric(None), transcendental.logarithm_to),
    ),
    "log10": _float_or_numeric(f.logarithm10, transcendental.logarithm10),
    "mod": _of(
        Overload((INTEGER, INTEGER), INTEGER, integers.remainder),
        Overload((BIGINT, BIGINT), BIGINT, integers.remainder),
        Overload((NUMERIC, NUMERIC), larger_scale, exact(numerics.remainder)),
    ),
    "pi": _one((), FLOAT, lambda: pl.Series([3.141592653589793])),
    "pow": _POWER,
    "power": _POWER,
    "radians": _one((FLOAT,), FLOAT, f.radians),
    "round": _to_places(numerics.rounded, f.rounded),
    "sign": _whole(f.sign, numerics.sign),
    "sin": _one((FLOAT,), FLOAT, f.trigonometric(arithmetic.sin)),
    "sqrt": _float_or_numeric(f.square_root, transcendental.square_root),
    "tan": _one((FLOAT,), FLOAT, f.trigonometric(arithmetic.tan)),
    "trunc": _to_places(numerics.cut, f.cut),
    "width_bucket": _of(
        Overload((FLOAT, FLOAT, FLOAT, INTEGER), INTEGER, buckets.of_floats),
        Overload((NUMERIC, NUMERIC, NUMERIC, INTEGER), INTEGER, buckets.of_numerics),
    ),
    # Text
    "ascii": _one((TEXT,), INTEGER, text.code_point),
    "btrim": _trim(text.trim),
    "char_length": _LENGTH,
    "character_length": _LENGTH,
    "chr": _one((INTEGER,), TEXT, text.character),
    "concat": _special(variadic.concat, 1, None),
    "concat_ws": _special(variadic.concat_with, 2, None),
    "initcap": _one((TEXT,), TEXT, text.initcap),
    "left": _one((TEXT, INTEGER), TEXT, text.left),
    "length": _LENGTH,
    "lower": _one((TEXT,), TEXT, text.lower),
    "lpad": _pad(text.pad_left),
    "ltrim": _trim(text.trim_left),
    "md5": _one((TEXT,), TEXT, text.md5),
    "octet_length": _one((TEXT,), INTEGER, text.byte_length),
    "overlay": _of(
        Overload((TEXT, TEXT, INTEGER), TEXT, text.overlay_same),
        Overload((TEXT, TEXT, INTEGER, INTEGER), TEXT, text.overlay),
    ),
    "position": _one((TEXT, TEXT), INTEGER, lambda part, value: text.position(value, part)),
    "repeat": _one((TEXT, INTEGER), TEXT, text.repeat),
    "replace": _one((TEXT, TEXT, TEXT), TEXT, text.replace),
    "reverse": _one((TEXT,), TEXT, text.reverse),
    "right": _one((TEXT, INTEGER), TEXT, text.right),
    "rpad": _pad(text.pad_right),
    "rtrim": _trim(text.trim_right),
    "slug": _one((TEXT,), TEXT, slug),
    "split_part": _one((TEXT, TEXT, INTEGER), TEXT, text.split_part),
    "starts_with": _one((TEXT, TEXT), BOOLEAN, text.starts_with),
    "strpos": _one((TEXT, TEXT), INTEGER, text.position),
    "substr": _SUBSTRING,
    "substring": _SUBSTRING,
    "to_hex": _of(Overload((INTEGER,), TEXT, text.hexadecimal), Overload((BIGINT,), TEXT, text.hexadecimal)),
    "translate": _one((TEXT, TEXT, TEXT), TEXT, text.translate),
    "upper": _UPPER,
    # Dates and times
    "age": _one((TIMESTAMP, TIMESTAMP), INTERVAL, moments.age),
    "date_part": _special(t.date_part, 2, 2),
    "date_trunc": _special(t.date_trunc, 2, 2),
    "extract": _special(t.extract, 2, 2),
    "justify_days": _one((INTERVAL,), INTERVAL, intervals.justify_days),
    "justify_hours": _one((INTERVAL,), INTERVAL, intervals.justify_hours),
    "make_date": _one((INTEGER, INTEGER, INTEGER), DATE, moments.make_date),
    "make_interval": _MAKE_INTERVAL,
    "make_time": _one((INTEGER, INTEGER, FLOAT), TIME, moments.make_time),
    "make_timestamp": _one((INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, FLOAT), TIMESTAMP, moments.make_timestamp),
    "to_char": _special(formats.to_char, 2, 2),
    # Arrays
    "array_append": _special(arrays.append, 2, 2),
    "array_cat": _special(arrays.concatenate, 2, 2),
    "array_length": _special(arrays.length, 2, 2),
    "array_position": _special(arrays.position, 2, 2),
    "array_prepend": _special(arrays.prepend, 2, 2),
    "array_remove": _special(arrays.remove, 2, 2),
    "array_to_string": _special(arrays.joined, 2, 3),
    "cardinality": _special(arrays.cardinality, 1, 1),
    "string_to_array": _special(arrays.split, 2, 3),
    # Any type
    "greatest": _special(partial(variadic.extreme, greatest=True), 1, None),
    "least": _special(partial(variadic.extreme, greatest=False), 1, None),
    "nullif": _special(variadic.null_if, 2, 2),
    "num_nonnulls": _special(partial(variadic.count_nulls, nulls=False), 1, None),
    "num_nulls": _special(partial(variadic.count_nulls, nulls=True), 1, None),
}
# Evaluated argument by argument, each only for the rows that need it.
LAZY = {"coalesce": (1, None)}


def function_names() -> Mapping[str, tuple[int, int | None]]:
    """Every function's name with its least and most arguments; None is no upper bound."""
    return {**{name: function.arity for name, function in FUNCTIONS.items()}, **LAZY}
