"""Rows as files: one a table, in a folder, none of which ever has its name before it is whole."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

import polars as pl
from polars.io.plugins import register_io_source

from seedengine.catalog import Table
from seedengine.diagnostics import InvalidCall
from seedengine.targets.columntypes import ColumnType, parse_type
from seedengine.targets.encode import encode
from seedengine.targets.textforms import json_text

Format = Literal["csv", "jsonl", "parquet", "sql"]

ROWS_A_STATEMENT = 500

Write = Callable[[Path, str, Mapping[str, ColumnType], Iterable[pl.DataFrame]], None]


def write_tables(
    directory: Path, format: Format, tables: Sequence[Table], batches: Mapping[str, Iterable[pl.DataFrame]]
) -> dict[str, int]:
    """Write every table with its batches as `write_table` does; the number of rows by table."""
    written: dict[str, int] = {}
    for table in tables:
        types = {column.name: column.type for column in table.columns}
        _, written[table.name] = write_table(directory, table.name, format, types, batches[table.name])
    return written


def write_table(
    directory: Path, table: str, format: Format, types: Mapping[str, str], batches: Iterable[pl.DataFrame]
) -> tuple[Path, int]:
    """Write all rows of a table to `directory/table.format`; the file and the number of rows.

    `types` are the declared types by column, all columns in the order of the frames. CSV has a header, nothing for
    NULL, `""` for the empty text, and JSON for lists and objects; JSON lines have numbers with their digits; Parquet
    keeps the types of the engine; SQL is PostgreSQL's, in statements of 500 rows, and leaves columns that a batch does
    not have to their defaults. A file of that name is replaced.

    Raises InvalidCall where folder or file cannot be written.
    """
    if "/" in table or "\\" in table or "\0" in table or table.startswith("."):
        raise InvalidCall(f"the table `{table}` cannot be the name of a file", "give it another name in the spec")
    path = directory / f"{table}.{format}"
    counted = _Counted(batches)
    parsed = {column: parse_type(type) for column, type in types.items()}
    with _written(path) as unfinished:
        WRITERS[format](unfinished, table, parsed, counted)
    return path, counted.rows


class _Counted:
    """Batches, and how many rows have passed."""

    def __init__(self, batches: Iterable[pl.DataFrame]) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for batch in self._batches:
            self.rows += batch.height
            yield batch


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place once all of it is on the disk, and is gone otherwise."""
    unfinished = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        _sync(unfinished)
        unfinished.replace(path)
        _sync(path.parent)
    except OSError as error:
        reason = error.strerror or "the disk refuses it"
    else:
        return
    finally:
        if unfinished.exists():
            unfinished.unlink()
    raise InvalidCall(f"`{path}` cannot be written: {reason}", "name a folder that can be written with `--output`")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_csv(path: Path, _table: str, types: Mapping[str, ColumnType], batches: Iterable[pl.DataFrame]) -> None:
    with path.open("xb") as file:
        _put_csv(file, pl.DataFrame(schema=dict.fromkeys(types, pl.String)), header=True)
        for batch in batches:
            _put_csv(file, encode(batch.select(*types), types, "json"), header=False)


def _put_csv(file: BinaryIO, frame: pl.DataFrame, *, header: bool) -> None:
    text = BytesIO()
    frame.write_csv(text, include_header=header, quote_style="non_numeric" if not header else "necessary")
    file.write(text.getvalue())


def _write_json_lines(
    path: Path, _table: str, types: Mapping[str, ColumnType], batches: Iterable[pl.DataFrame]
) -> None:
    with path.open("xb") as file:
        for batch in batches:
            rows = batch.select(pl.struct(list(types)).alias("row"))
            lines = rows.select(json_text(pl.col("row"), rows.schema["row"]).alias("row"))["row"]
            file.write("".join(f"{line}\n" for line in lines).encode())


def _write_parquet(path: Path, _table: str, types: Mapping[str, ColumnType], batches: Iterable[pl.DataFrame]) -> None:
    waiting = iter(batches)
    first = next(waiting, pl.DataFrame(schema=dict.fromkeys(types, pl.String))).select(*types)
    failures: list[BaseException] = []

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del with_columns, predicate, n_rows, batch_size  # the whole file is written: nothing narrows it
        yield first
        try:
            yield from (batch.select(*types) for batch in waiting)
        except BaseException as failure:
            failures.append(failure)
            raise

    try:
        register_io_source(source, schema=first.schema).sink_parquet(path)
    except pl.exceptions.PolarsError:
        # Polars puts an error of its own around what a source raises.
        raise failures[0] if failures else OSError(0, "the disk refuses it") from None


def _write_sql(path: Path, table: str, types: Mapping[str, ColumnType], batches: Iterable[pl.DataFrame]) -> None:
    with path.open("xb") as file:
        file.write(b"SET TIME ZONE 'UTC';\n")
        for batch in batches:
            filled = {name: type for name, type in types.items() if name in batch.columns}
            columns = ", ".join(_quoted(column) for column in filled)
            # An identity column that is ALWAYS generated takes its values only so; any other table does not mind.
            begin = f"INSERT INTO {_quoted(table)} ({columns}) OVERRIDING SYSTEM VALUE VALUES\n"
            rows = _sql_rows(encode(batch.select(*filled), filled, "literal"))
            for start in range(0, len(rows), ROWS_A_STATEMENT):
                values = ",\n".join(rows[start : start + ROWS_A_STATEMENT])
                file.write(f"{begin}{values};\n".encode())


def _sql_rows(frame: pl.DataFrame) -> list[str]:
    cells: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        text = pl.col(name).cast(pl.String)
        if not (dtype.is_integer() or dtype.is_decimal() or dtype == pl.Boolean):
            text = pl.concat_str(pl.lit("'"), text.str.replace_all("'", "''", literal=True), pl.lit("'"))
        cells.append(text.fill_null("NULL"))
    joined = pl.concat_str(pl.lit("("), pl.concat_str(cells, separator=", "), pl.lit(")"))
    return frame.select(joined.alias("row"))["row"].to_list() if cells else []


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


WRITERS: dict[Format, Write] = {
    "csv": _write_csv,
    "jsonl": _write_json_lines,
    "parquet": _write_parquet,
    "sql": _write_sql,
}
