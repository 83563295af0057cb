"""The types of expressions: PostgreSQL's, each with the Polars dtype that its columns have."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

# A numeric is unscaled digits and the number of digits after the point, value by value as in PostgreSQL.
NUMERIC_STORAGE = pl.Struct({"digits": pl.Int128, "scale": pl.Int32})
INTERVAL_STORAGE = pl.Struct({"months": pl.Int32, "days": pl.Int32, "microseconds": pl.Int64})
MAX_DIGITS = 38
# Digits after the point of a column whose values have no common number of them, as quotients.
OPEN_SCALE = 20


@dataclass(frozen=True, slots=True)
class Type:
    """A type under PostgreSQL's name; `scale` bounds a numeric's digits after the point where that is known."""

    name: str
    element: "Type | None" = None
    dtype: pl.DataType | None = None
    scale: int | None = field(default=None, compare=False)


INTEGER = Type("integer")
BIGINT = Type("bigint")
NUMERIC = Type("numeric")
FLOAT = Type("double precision")
TEXT = Type("text")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIMESTAMP = Type("timestamp")
TIME = Type("time")
INTERVAL = Type("interval")
# A string literal, whose type what stands beside it decides, or a NULL.
UNKNOWN = Type("unknown")

_STORAGE: dict[str, pl.DataType] = {
    "integer": pl.Int32(),
    "bigint": pl.Int64(),
    "numeric": NUMERIC_STORAGE,
    "double precision": pl.Float64(),
    "text": pl.String(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
    "time": pl.Time(),
    "interval": INTERVAL_STORAGE,
    "unknown": pl.String(),
}
_SIMPLE = (INTEGER, BIGINT, FLOAT, TEXT, BOOLEAN, DATE, TIME)
_LADDER = ("integer", "bigint", "numeric", "double precision")
_TIMES = ("date", "timestamp")


def numeric(scale: int | None) -> Type:
    """The numeric type whose values have at most that many digits after the point, or any number of them."""
    return Type("numeric", scale=scale if scale is not None and 0 <= scale <= MAX_DIGITS else None)


def array_of(element: Type) -> Type:
    """The type of arrays of that element."""
    return Type(f"{element.name}[]", element)


def type_of(dtype: pl.DataType) -> Type:
    """The type of a column of that dtype; raises TypeError for one that no column has."""
    if isinstance(dtype, pl.Null):
        return UNKNOWN
    if isinstance(dtype, pl.Decimal):
        return numeric(dtype.scale)
    if isinstance(dtype, pl.Datetime):
        return TIMESTAMP
    if isinstance(dtype, pl.List):
        return array_of(type_of(_instance(dtype.inner)))
    if dtype == INTERVAL_STORAGE:
        return INTERVAL
    if isinstance(dtype, pl.Struct):
        return Type("json object", dtype=dtype)
    for type in _SIMPLE:
        if _STORAGE[type.name] == dtype:
            return type
    raise TypeError(f"no column has the type {dtype}")


def _instance(dtype: object) -> pl.DataType:
    return dtype() if isinstance(dtype, type) else dtype  # type: ignore[return-value]


def type_name(dtype: pl.DataType) -> str:
    """PostgreSQL's name of a column's type, for messages."""
    return type_of(dtype).name


def storage(type: Type) -> pl.DataType:
    """The dtype in which values of that type are held while an expression is evaluated."""
    if type.dtype is not None:
        return type.dtype
    if type.element is not None:
        return pl.List(storage(type.element))
    return _STORAGE[type.name]


def result_dtype(type: Type) -> pl.DataType:
    """The dtype of the column that an expression of that type makes."""
    if type.name == "numeric":
        return pl.Decimal(MAX_DIGITS, result_scale(type))
    if type.element is not None:
        return pl.List(result_dtype(type.element))
    return storage(type)


def result_scale(type: Type) -> int:
    """Digits after the point of the column that a numeric expression makes."""
    return OPEN_SCALE if type.scale is None else min(type.scale, OPEN_SCALE)


def common_type(types: Sequence[Type]) -> Type | None:
    """The type that values of all these types take side by side, as in CASE, or None: PostgreSQL's UNION rules."""
    known = [type for type in types if type != UNKNOWN]
    if not known:
        return TEXT
    names = {type.name for type in known}
    if "numeric" in names and names <= set(_LADDER[:3]):
        return numeric(common_scale(known))
    for ladder in (_LADDER, _TIMES):
        if names <= set(ladder):
            return max(known, key=lambda type: ladder.index(type.name))
    return known[0] if all(type == known[0] for type in known) else None


def common_scale(types: Sequence[Type]) -> int | None:
    """The most digits after the point that any of these numbers has."""
    scales = [type.scale if type.name == "numeric" else 0 for type in types]
    known = [scale for scale in scales if scale is not None]
    return max(known) if len(known) == len(scales) else None
