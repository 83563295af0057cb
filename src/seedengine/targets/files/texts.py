"""Batches as CSV, JSON lines and SQL: every line by whole columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import polars as pl

from seedengine.diagnostics import InvalidCall
from seedengine.targets.columntypes import ColumnType, Kind
from seedengine.targets.encode import encode
from seedengine.targets.files.held import held, json_texts
from seedengine.targets.files.shape import Compression
from seedengine.targets.textforms import json_text

ROWS_A_STATEMENT = 500

Types = Mapping[str, ColumnType]


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How a format writes: the lines that every file begins with, and those of a batch of a table.

    Lines come as frames that are written as CSV with those quotes; but for CSV itself, a frame of whole lines.
    """

    head: Callable[[Types], pl.DataFrame]
    lines: Callable[[str, Types, pl.DataFrame], pl.DataFrame]
    quotes: Literal["non_numeric", "never"]


def as_bytes(
    frame: pl.DataFrame, compression: Compression | None, quotes: Literal["necessary", "non_numeric", "never"]
) -> memoryview:
    """A frame's lines; compressed, they are a gzip member or zstd frame of their own, which may follow one another."""
    text = BytesIO()
    frame.write_csv(
        text,
        include_header=False,
        quote_style=quotes,
        compression=compression or "uncompressed",
        check_extension=False,
    )
    return text.getbuffer()


def _csv_head(types: Types) -> pl.DataFrame:
    return pl.DataFrame({str(number): [name] for number, name in enumerate(types)})


def _csv_lines(table: str, types: Types, batch: pl.DataFrame) -> pl.DataFrame:
    rows = batch.select(*types)
    arrays = [name for name, type in types.items() if type.kind is Kind.ARRAY]
    lines = encode(rows.with_columns(held(table, types, rows.select(arrays))), types, "json")
    moments = [name for name, type in types.items() if type.zoned and rows.schema[name] in (pl.Date, pl.Datetime)]
    return lines.with_columns(pl.col(name) + "+00" for name in moments)


def _no_head(_types: Types) -> pl.DataFrame:
    return pl.DataFrame()


def _json_lines(table: str, types: Types, batch: pl.DataFrame) -> pl.DataFrame:
    rows = held(table, types, batch.select(*types))
    written = {name for name, type in types.items() if type.kind is Kind.JSON and rows.schema[name] == pl.String}
    rows = rows.with_columns(json_texts(table, rows[name]) for name in written)
    pieces: list[pl.Expr] = []
    for name, dtype in rows.schema.items():
        pieces.append(pl.lit(f"{',' if pieces else '{'}{json.dumps(name, ensure_ascii=False)}:"))
        pieces.append(pl.col(name).fill_null("null") if name in written else json_text(pl.col(name), dtype))
    return rows.select(pl.concat_str(*pieces, pl.lit("}")).alias("line"))


def _sql_head(_types: Types) -> pl.DataFrame:
    """Settings without which the texts that follow could mean something else."""
    settings = ("TIME ZONE 'UTC'", "client_encoding = 'UTF8'", "standard_conforming_strings = on")
    return pl.DataFrame({"line": [f"SET {each};" for each in settings]})


def _sql_lines(table: str, types: Types, batch: pl.DataFrame) -> pl.DataFrame:
    filled = {name: type for name, type in types.items() if name in batch.columns}
    rows = encode(batch.select(*filled), filled, "literal")
    _refuse_nul(table, rows)
    if not filled or rows.is_empty():
        return pl.DataFrame()
    columns = ", ".join(_quoted(column) for column in filled)
    # An identity column that is ALWAYS generated takes its values only so; any other table does not mind.
    begin = f"INSERT INTO {_quoted(table)} ({columns}) OVERRIDING SYSTEM VALUE VALUES\n"
    number = pl.int_range(pl.len())
    first = number % ROWS_A_STATEMENT == 0
    last = ((number + 1) % ROWS_A_STATEMENT == 0) | (number + 1 == pl.len())
    cells = pl.concat_str([_cell(name, dtype) for name, dtype in rows.schema.items()], separator=", ")
    return rows.select(
        pl.concat_str(
            pl.when(first).then(pl.lit(f"{begin}(")).otherwise(pl.lit("(")),
            cells,
            pl.when(last).then(pl.lit(");")).otherwise(pl.lit("),")),
        ).alias("line")
    )


def _refuse_nul(table: str, rows: pl.DataFrame) -> None:
    """Programs that read SQL end a line at a NUL, and so a text in its middle."""
    for column in rows.get_columns():
        held = column.dtype == pl.String and column.str.contains("\0", literal=True).any()
        if held or "\0" in column.name:
            message = f"`{table}.{column.name}` has a NUL character, which PostgreSQL's text cannot hold"
            raise InvalidCall(message, "leave it out, or take another `--format`")


def _cell(name: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    if not (dtype.is_integer() or dtype.is_decimal() or dtype == pl.Boolean):
        text = pl.concat_str(pl.lit("'"), text.str.replace_all("'", "''", literal=True), pl.lit("'"))
    return text.fill_null("NULL")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


TEXT_FORMATS: dict[str, TextFormat] = {
    "csv": TextFormat(_csv_head, _csv_lines, "non_numeric"),
    "jsonl": TextFormat(_no_head, _json_lines, "never"),
    "sql": TextFormat(_sql_head, _sql_lines, "never"),
}
