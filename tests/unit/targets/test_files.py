"""Rows as files of every format."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from seedengine.diagnostics import InvalidCall
from seedengine.targets.files import WRITERS, Format, write_table

TYPES = {
    "id": "bigint",
    "na,me": "text",
    "price": "numeric(10,2)",
    "at": "timestamptz",
    "tags": "text[]",
    "ok": "boolean",
}
ROWS = pl.DataFrame(
    {
        "id": [1, 2, 3],
        "na,me": ["O'\"Hara\n\\é", "", None],
        "price": [Decimal("1.50"), None, Decimal("2.00")],
        "at": [datetime(2026, 2, 22, 1, 2, 3, 4000), None, datetime(2026, 1, 1)],
        "tags": [["a", 'b"'], [], None],
        "ok": [True, False, None],
    },
    schema_overrides={"price": pl.Decimal(38, 2)},
)


def write(directory: Path, format: Format) -> Path:
    path, rows = write_table(directory, "Order", format, TYPES, [ROWS[:2], ROWS[2:]])
    assert rows == 3
    assert [each.name for each in directory.iterdir()] == [f"Order.{format}"]
    return path


def test_csv_has_a_header_and_tells_null_from_the_empty_text(tmp_path: Path) -> None:
    path = write(tmp_path / "new" / "folder", "csv")
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        list(TYPES),
        ["1", "O'\"Hara\n\\é", "1.50", "2026-02-22 01:02:03.004", '["a","b\\""]', "true"],
        ["2", "", "", "", "[]", "false"],
        ["3", "", "2.00", "2026-01-01 00:00:00", "", ""],
    ]
    assert '\n2,"",,,"[]"' in path.read_text()
    assert "\n3,,2.00," in path.read_text()


def test_json_lines_keep_lists_and_the_digits_of_decimals(tmp_path: Path) -> None:
    lines = write(tmp_path, "jsonl").read_text().splitlines()
    assert json.loads(lines[0], parse_float=Decimal) == {
        "id": 1,
        "na,me": "O'\"Hara\n\\é",
        "price": Decimal("1.50"),
        "at": "2026-02-22T01:02:03.004",
        "tags": ["a", 'b"'],
        "ok": True,
    }
    assert '"price":1.50' in lines[0]
    assert json.loads(lines[2])["tags"] is None
    assert len(lines) == 3


def test_parquet_keeps_the_types(tmp_path: Path) -> None:
    read = pl.read_parquet(write(tmp_path, "parquet"))
    assert read.equals(ROWS)
    assert read.schema == ROWS.schema


def test_sql_is_postgres_with_every_quote_doubled(tmp_path: Path) -> None:
    assert write(tmp_path, "sql").read_text() == (
        "SET TIME ZONE 'UTC';\n"
        'INSERT INTO "Order" ("id", "na,me", "price", "at", "tags", "ok") OVERRIDING SYSTEM VALUE VALUES\n'
        "(1, 'O''\"Hara\n\\é', 1.50, '2026-02-22 01:02:03.004', '{\"a\",\"b\\\"\"}', true),\n"
        "(2, '', NULL, NULL, '{}', false);\n"
        'INSERT INTO "Order" ("id", "na,me", "price", "at", "tags", "ok") OVERRIDING SYSTEM VALUE VALUES\n'
        "(3, NULL, 2.00, '2026-01-01 00:00:00', NULL, NULL);\n"
    )


@pytest.mark.parametrize("format", WRITERS)
def test_a_table_without_rows_is_a_file_too(tmp_path: Path, format: Format) -> None:
    for batches in ([], [ROWS[:0]]):
        path, rows = write_table(tmp_path, "Order", format, TYPES, batches)
        assert rows == 0
        assert path.exists()


@pytest.mark.parametrize("format", WRITERS)
def test_a_failure_leaves_what_was_there(tmp_path: Path, format: Format) -> None:
    before = write(tmp_path, format).read_bytes()

    def batches() -> Iterator[pl.DataFrame]:
        yield ROWS
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_table(tmp_path, "Order", format, TYPES, batches())
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [before]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidCall, match=r"Order\.csv` cannot be written: (File exists|Not a directory)"):
        write_table(tmp_path / "file", "Order", "csv", TYPES, [ROWS])
    with pytest.raises(InvalidCall, match=r"cannot be written: (File exists|Not a directory)"):
        write_table(tmp_path / "file" / "deeper", "Order", "csv", TYPES, [ROWS])


@pytest.mark.parametrize("table", ["../Order", "a/b", ".hidden", "nul\0"])
def test_a_table_cannot_leave_its_folder(tmp_path: Path, table: str) -> None:
    with pytest.raises(InvalidCall, match="cannot be the name of a file"):
        write_table(tmp_path / "in", table, "csv", TYPES, [ROWS])
    assert not list(tmp_path.iterdir())
