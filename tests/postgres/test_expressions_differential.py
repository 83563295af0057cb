"""Expressions mean in the engine what they mean in PostgreSQL: a corpus over typed columns, value by value.

Both evaluate each expression over the same rows. What PostgreSQL shows as text has to be what the engine shows, digit
by digit; of transcendental functions of floats the last digits may differ, by a relative 1e-14. Where one of both
refuses a row, each row is evaluated alone, and both have to refuse the same rows.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from seedengine.generation.expressions import EvaluationFault, evaluate, evaluate_text
from seedengine.generation.expressions.types import INTERVAL_STORAGE, type_of
from seedengine.spec.expressions import Expression, ExpressionFault, parse

CORPUS = Path(__file__).with_name("expressions.txt")
RELATIVE = 1e-14
Columns = dict[tuple[str, ...], pl.Series]
D, T, M = datetime.date, datetime.time, datetime.datetime

COLUMNS: dict[str, tuple[str, pl.DataType, list[Any]]] = {
    "i4": ("int", pl.Int32(), [0, 1, -1, 2, 7, -7, 100, 2147483647, -2147483648, None, 12, 65]),
    "j4": ("int", pl.Int32(), [3, 2, 1, 0, -1, 5, None, 4, 2, 1, 6, 3]),
    "i8": ("bigint", pl.Int64(), [0, 1, -1, 3, 10**12, -5, 2**63 - 1, -(2**63), 42, None, 1000, 7]),
    "num": (
        "numeric(10, 2)",
        pl.Decimal(38, 2),
        [
            "0.00",
            "1.00",
            "-1.00",
            "0.01",
            "2.50",
            "-2.50",
            "1.25",
            "99999999.99",
            "-99999999.99",
            None,
            "12.34",
            "0.50",
        ],
    ),
    "rate": (
        "numeric(6, 3)",
        pl.Decimal(38, 3),
        ["1.000", "0.000", "0.333", "-1.500", "7.125", "0.001", "999.999", "-999.999", "3.000", "2.000", None, "0.125"],
    ),
    "f8": (
        "float8",
        pl.Float64(),
        [0.0, 1.0, -1.0, 0.1, 2.5, -2.5, 1e20, 1e-7, 123456.789, None, 1 / 3, -0.75],
    ),
    "g8": ("float8", pl.Float64(), [1.0, 3.0, 0.2, 0.0, -1e15, 7.5, 1e-10, 1e20, None, 2.0, 1 / 3, 0.25]),
    "txt": (
        "text",
        pl.String(),
        [
            "",
            "a",
            "Hello World",
            "ünïcödé ÉÀ",
            "Straße",
            "  padded  ",
            "a,b,c",
            "100%",
            "x_y",
            None,
            "日本語テキスト",
            "12",
        ],
    ),
    "part": ("text", pl.String(), ["l", "a", "o", "é", "ss", " ", ",", "", "_", "b", "語", None]),
    "flag": (
        "boolean",
        pl.Boolean(),
        [True, False, None, True, False, True, None, False, True, False, True, True],
    ),
    "day": (
        "date",
        pl.Date(),
        [
            *(D(2024, 2, 29), D(2025, 1, 31), D(1970, 1, 1), D(2000, 12, 31), D(1999, 1, 1), D(2024, 12, 30)),
            *(None, D(1900, 3, 1), D(2026, 10, 25), D(2023, 5, 15), D(2100, 2, 28), D(1960, 7, 4)),
        ],
    ),
    "at": (
        "timestamp",
        pl.Datetime("us"),
        [
            *(M(2024, 2, 29, 12, 30, 45, 123456), M(2025, 1, 31), M(1970, 1, 1), M(1999, 12, 31, 23, 59, 59, 999999)),
            *(M(1969, 12, 31, 23, 59, 59, 500000), M(2024, 8, 31, 6), None, M(1900, 3, 1, 0, 0, 1)),
            *(M(2026, 2, 22), M(2023, 5, 15, 13, 14, 15, 100), M(2100, 2, 28, 1, 2, 3), M(1960, 7, 4, 18)),
        ],
    ),
    "clock": (
        "time",
        pl.Time(),
        [
            *(T(0), T(12, 30), T(23, 59, 59, 999999), T(6, 5, 4, 300000), None, T(18), T(0, 0, 1), T(12)),
            *(T(11, 59, 59), T(1, 2, 3, 456), T(22, 30), T(9, 15)),
        ],
    ),
    "span": (
        "interval",
        INTERVAL_STORAGE,
        [
            *((0, 1, 0), (1, 0, 0), (0, -3, 14_706_000_000), (0, 0, 0), (14, -5, 0), (0, 0, 360_000_000_000), None),
            *((-1, 0, -1), (0, 40, 90_061_000_001), (12, 0, 0), (0, 0, -5_400_000_000), (0, 30, 0)),
        ],
    ),
    "tags": (
        "text[]",
        pl.List(pl.String()),
        [
            *(["a", "b"], [], None, [None, "b"], ["x y", '"q"', "c,d", "", "NULL"], ["a"], ["b", "a", "b"]),
            *([None], ["Hello"], ["ü"], ["{}", "\\"], ["12"]),
        ],
    ),
    "counts": (
        "int[]",
        pl.List(pl.Int32()),
        [[1, 2, 3], [], [7, None], None, [0], [-7, 7], [100], [5, 4, 3, 2, 1], [None], [1], [12, 12], [65]],
    ),
}
ROWS = 12
TYPES = {"timestamp without time zone": "timestamp", "time without time zone": "time", "character varying": "text"}


def read_corpus() -> Iterator[tuple[str, str]]:
    """Every expression with its category."""
    category = ""
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            category = line[3:]
        elif line and not line.startswith("#"):
            yield category, line


def engine_columns() -> Columns:
    """The table as the engine has it."""
    columns: Columns = {}
    for name, (_, dtype, values) in COLUMNS.items():
        if isinstance(dtype, pl.Decimal):
            values = [None if value is None else Decimal(value) for value in values]
        if dtype == INTERVAL_STORAGE:
            parts = ("months", "days", "microseconds")
            values = [None if value is None else dict(zip(parts, value, strict=True)) for value in values]
        columns[(name,)] = pl.Series(name, values, dtype=dtype)
    return columns


@pytest.fixture(scope="module")
def table(postgres_server_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection with the table `t` as the only one in reach, gone with the connection."""
    with psycopg.connect(postgres_server_url, autocommit=True) as connection:
        # Texts compare by code points and change case character by character, as in the engine.
        collation = '"pg_c_utf8"' if connection.info.server_version >= 170000 else '"C.utf8"'
        connection.execute("set time zone 'UTC'")
        definitions = ", ".join(
            f"{name} {type} {f'collate {collation}' if type.startswith('text') else ''}"
            for name, (type, _, _) in COLUMNS.items()
        )
        connection.execute(f"create temporary table t (k int primary key, {definitions})")
        for row in range(ROWS):
            values = [_parameter(type, values[row]) for type, _, values in COLUMNS.values()]
            marks = ", ".join(f"%s::{type}" for type, _, _ in COLUMNS.values())
            connection.execute(f"insert into t values (%s, {marks})", [row, *values])
        yield connection


def _parameter(type: str, value: Any) -> Any:
    if type == "interval" and value is not None:
        months, days, microseconds = value
        return f"{months} months {days} days {microseconds} microseconds"
    return value


def asked(connection: psycopg.Connection[Any], source: str) -> tuple[str, list[str | None]] | None:
    """PostgreSQL's type and texts of an expression, or None where it refuses."""
    query = f"select pg_typeof(x)::text, x::text from (select k, ({source}) as x from t) q order by k"
    try:
        rows = connection.execute(query).fetchall()
    except psycopg.Error:
        return None
    return shared_name(rows[0][0]), [text for _, text in rows]


def asked_by_row(connection: psycopg.Connection[Any], source: str) -> list[tuple[str, str | None] | None]:
    """The same row by row: a row's type and text, or None where PostgreSQL refuses it."""
    results: list[tuple[str, str | None] | None] = []
    for row in range(ROWS):
        query = f"select pg_typeof(x)::text, x::text from (select ({source}) as x from t where k = {row}) q"
        try:
            type, text = connection.execute(query).fetchone() or ("", None)
            results.append((shared_name(type), text))
        except psycopg.Error:
            results.append(None)
    return results


def computed(source: str, columns: Columns) -> tuple[str, list[str | None]] | ExpressionFault | EvaluationFault:
    """The engine's type and texts of an expression, or why it refuses."""
    try:
        expression = parse(source)
        inputs = {path: columns[path] for path in expression.paths}
        return engine_type(expression, columns), evaluate_text(expression, inputs, ROWS).to_list()
    except (ExpressionFault, EvaluationFault) as fault:
        return fault


def computed_by_row(expression: Expression, columns: Columns) -> list[tuple[str, str | None] | None]:
    """The engine's type and text of each row, or None where it refuses."""
    results: list[tuple[str, str | None] | None] = []
    for row in range(ROWS):
        single = {path: columns[path].slice(row, 1) for path in expression.paths}
        try:
            results.append((engine_type(expression, columns), evaluate_text(expression, single, 1)[0]))
        except EvaluationFault:
            results.append(None)
    return results


def engine_type(expression: Expression, columns: Columns) -> str:
    """PostgreSQL's name of the type that the engine gives an expression, known from the columns' types alone."""
    empty = {path: columns[path].head(0) for path in expression.paths}
    name = type_of(evaluate(expression, empty, 0).dtype).name
    return "text" if name == "unknown" else name


def shared_name(type: str) -> str:
    """The name of PostgreSQL's type in the engine."""
    base = type.removesuffix("[]")
    return TYPES.get(base, base) + type[len(base) :]


def agree(category: str, expected: str | None, found: str | None) -> bool:
    """Whether both texts say the same."""
    if category == "transcendental" and expected is not None and found is not None:
        a, b = float(expected), float(found)
        return a == b or abs(a - b) <= RELATIVE * abs(a)
    return expected == found


def agree_row(category: str, expected: tuple[str, str | None] | None, found: tuple[str, str | None] | None) -> bool:
    """Whether both refuse the row, or have the same type and text for it."""
    if expected is None or found is None:
        return expected is found
    return expected[0] == found[0] and agree(category, expected[1], found[1])


@pytest.mark.parametrize(("category", "source"), list(read_corpus()))
def test_the_engine_agrees_with_postgres(category: str, source: str, table: psycopg.Connection[Any]) -> None:
    columns = engine_columns()
    wanted, found = asked(table, source), computed(source, columns)
    if category == "refused":
        assert isinstance(found, ExpressionFault)
    if isinstance(found, ExpressionFault):
        assert wanted is None, f"PostgreSQL says {wanted}, the engine: {found.message}"
    elif isinstance(found, EvaluationFault):
        assert wanted is None, f"PostgreSQL says {wanted}, the engine: {found.message} in row {found.row}"
        by_row = computed_by_row(parse(source), columns)
        assert found.row is None or by_row[found.row] is None
        pairs = zip(asked_by_row(table, source), by_row, strict=True)
        assert [pair for pair in pairs if not agree_row(category, *pair)] == []
    else:
        assert wanted is not None, f"PostgreSQL refuses, the engine says {found}"
        assert found[0] == wanted[0]
        assert [pair for pair in zip(wanted[1], found[1], strict=True) if not agree(category, *pair)] == []


def test_the_corpus_is_large_enough_and_says_nothing_twice() -> None:
    sources = [source for _, source in read_corpus()]
    assert len(sources) >= 500
    assert len(set(sources)) == len(sources)
