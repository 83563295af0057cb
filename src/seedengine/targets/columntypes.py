"""What a column's declared type means for the values that go into it, for PostgreSQL's and SQLite's type texts."""

import re
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """The families of types between which values are converted as an assignment in PostgreSQL does."""

    INTEGER = auto()
    NUMERIC = auto()
    FLOAT = auto()
    BOOLEAN = auto()
    TEXT = auto()
    DATE = auto()
    TIME = auto()
    TIMESTAMP = auto()
    INTERVAL = auto()
    JSON = auto()
    ARRAY = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A family of types; `digits` are those behind the point of a number or of the seconds, where declared.

    `zoned` is a moment with a time zone, `short` a float of four bytes.
    """

    kind: Kind
    digits: int | None = None
    element: "ColumnType | None" = None
    zoned: bool = False
    short: bool = False


_NAMES: dict[str, Kind] = {
    **dict.fromkeys(("smallint", "integer", "bigint", "int", "int2", "int4", "int8"), Kind.INTEGER),
    **dict.fromkeys(("smallserial", "serial", "bigserial", "tinyint", "mediumint"), Kind.INTEGER),
    **dict.fromkeys(("numeric", "decimal"), Kind.NUMERIC),
    **dict.fromkeys(("double precision", "real", "float", "float4", "float8", "double"), Kind.FLOAT),
    **dict.fromkeys(("boolean", "bool"), Kind.BOOLEAN),
    **dict.fromkeys(("text", "character varying", "varchar", "character", "char", "bpchar"), Kind.TEXT),
    **dict.fromkeys(("citext", "name", "clob", "nvarchar", "nchar"), Kind.TEXT),
    "date": Kind.DATE,
    **dict.fromkeys(("time", "time without time zone", "time with time zone", "timetz"), Kind.TIME),
    **dict.fromkeys(("timestamp", "timestamp without time zone", "timestamp with time zone"), Kind.TIMESTAMP),
    **dict.fromkeys(("timestamptz", "datetime"), Kind.TIMESTAMP),
    "interval": Kind.INTERVAL,
    **dict.fromkeys(("json", "jsonb"), Kind.JSON),
}

_ZONED = {"timestamptz", "timestamp with time zone"}
_SHORT = {"real", "float4"}

_TYPE = re.compile(
    r"(?P<name>[^(\[]*?)\s*"
    r"(?:\(\s*(?P<first>\d+)\s*(?:,\s*(?P<second>-?\d+)\s*)?\))?"
    r"(?P<rest>[^(\[]*?)\s*(?P<array>(?:\[\d*\])*)"
)


def parse_type(text: str) -> ColumnType:
    """The family of a declared type; OTHER for what is neither standard nor known (enums, domains, geometry)."""
    match = _TYPE.fullmatch(text.strip())
    if match is None:
        return ColumnType(Kind.OTHER)
    if match["array"]:
        return ColumnType(Kind.ARRAY, element=parse_type(text.strip().removesuffix(match["array"])))
    name = " ".join(f"{match['name']} {match['rest']}".lower().split())
    kind = _NAMES.get(name, Kind.OTHER)
    digits = _digits(kind, match["first"], match["second"])
    return ColumnType(kind, digits, zoned=name in _ZONED, short=name in _SHORT)


def _digits(kind: Kind, first: str | None, second: str | None) -> int | None:
    if kind is Kind.NUMERIC:
        return int(second or 0) if first else None
    if kind in (Kind.TIMESTAMP, Kind.TIME):
        return int(first) if first else None
    return None
