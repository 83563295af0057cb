"""Rows as files of every format."""

import csv
import gzip
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from seedengine.diagnostics import InvalidCall
from seedengine.targets.columntypes import parse_type
from seedengine.targets.files import (
    Compression,
    Format,
    OutputFolder,
    Part,
    Shape,
    Written,
    append_file,
    open_folder,
    write_file,
)

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


FORMATS: tuple[Format, ...] = get_args(Format)
TEXTS: tuple[Format, ...] = ("csv", "jsonl", "sql")
COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)

PARSED = {column: parse_type(type) for column, type in TYPES.items()}


def write(directory: Path, format: Format, compression: Compression | None = None) -> Path:
    shape = Shape(format, compression)
    path = directory / shape.file_name("Order")
    written = write_file(path, shape, "Order", PARSED, [ROWS[:2], ROWS[2:]])
    assert written == Written(path.stat().st_size, blake2b(path.read_bytes(), digest_size=16).hexdigest())
    return path


def test_csv_has_a_header_and_tells_null_from_the_empty_text(tmp_path: Path) -> None:
    path = write(tmp_path, "csv")
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        list(TYPES),
        ["1", "O'\"Hara\n\\é", "1.50", "2026-02-22 01:02:03.004+00", '["a","b\\""]', "true"],
        ["2", "", "", "", "[]", "false"],
        ["3", "", "2.00", "2026-01-01 00:00:00+00", "", ""],
    ]
    assert '\n2,"",,,"[]"' in path.read_text()
    assert "\n3,,2.00," in path.read_text()


def test_json_lines_keep_lists_and_the_digits_of_decimals(tmp_path: Path) -> None:
    lines = write(tmp_path, "jsonl").read_text().splitlines()
    assert json.loads(lines[0], parse_float=Decimal) == {
        "id": 1,
        "na,me": "O'\"Hara\n\\é",
        "price": Decimal("1.50"),
        "at": "2026-02-22T01:02:03.004Z",
        "tags": ["a", 'b"'],
        "ok": True,
    }
    assert '"price":1.50' in lines[0]
    assert json.loads(lines[2])["tags"] is None
    assert len(lines) == 3


def test_parquet_keeps_the_types(tmp_path: Path) -> None:
    read = pl.read_parquet(write(tmp_path, "parquet"))
    assert_frame_equal(read, ROWS.with_columns(pl.col("at").dt.replace_time_zone("UTC")))


DECLARED: dict[str, tuple[pl.Series, str, object, object]] = {
    "rounded to even": (pl.Series([2.5]), "integer", "2", 2),
    "rounded away": (pl.Series([Decimal("2.5")]), "integer", "3", 3),
    "fewer digits": (pl.Series([Decimal("1.005")]), "numeric(12,2)", "1.01", Decimal("1.01")),
    "digits of a float": (pl.Series([0.125]), "numeric(12,2)", "0.13", Decimal("0.13")),
    "more digits": (pl.Series([5]), "numeric(12,2)", "5.00", Decimal("5.00")),
    "short float": (pl.Series([0.1]), "real", "0.1", 0.10000000149011612),
    "text of a number": (pl.Series(["07"]), "bigint", "7", 7),
    "text of a truth value": (pl.Series(["yes"]), "boolean", "true", True),
    "text": (pl.Series([5]), "text", '"5"', "5"),
    "day": (pl.Series([datetime(2026, 1, 2, 3)]), "date", '"2026-01-02"', date(2026, 1, 2)),
    "midnight": (pl.Series([date(2026, 1, 2)]), "timestamp", '"2026-01-02T00:00:00"', datetime(2026, 1, 2)),
    "whole seconds": (
        pl.Series([datetime(2026, 1, 2, 3, 4, 5, 600_000)]),
        "timestamp(0)",
        '"2026-01-02T03:04:06"',
        datetime(2026, 1, 2, 3, 4, 6),
    ),
    "elements": (pl.Series([[1, 2]]), "text[]", '["1","2"]', ["1", "2"]),
    "moments": (
        pl.Series([[datetime(2026, 1, 2)]]),
        "timestamptz[]",
        '["2026-01-02T00:00:00Z"]',
        [datetime(2026, 1, 2, tzinfo=UTC)],
    ),
    "json": (pl.Series(['{"a":\n1.50}']), "jsonb", '{"a": 1.50}', '{"a":\n1.50}'),
}


@pytest.mark.parametrize(("values", "type", "line", "value"), DECLARED.values(), ids=DECLARED)
def test_values_are_what_the_declared_column_would_hold(
    tmp_path: Path, values: pl.Series, type: str, line: str, value: object
) -> None:
    types = {"a": parse_type(type)}
    for rows, text, own in ((values.to_frame("a"), line, value), (pl.DataFrame({"a": [None]}), "null", None)):
        write_file(tmp_path / "t.jsonl", Shape("jsonl"), "t", types, [rows])
        assert (tmp_path / "t.jsonl").read_text() == f'{{"a":{text}}}\n'
        write_file(tmp_path / "t.parquet", Shape("parquet"), "t", types, [rows])
        read = pl.read_parquet(tmp_path / "t.parquet")
        assert read["a"].to_list() == [own]
        assert read.schema["a"] != pl.Null
        assert type not in ("bigint", "timestamp", "text[]", "numeric(12,2)") or read.schema["a"] == TYPED[type]


TYPED = {
    "bigint": pl.Int64(),
    "timestamp": pl.Datetime("us"),
    "text[]": pl.List(pl.String),
    "numeric(12,2)": pl.Decimal(38, 2),
}


@pytest.mark.parametrize(("format", "type"), [("jsonl", "bigint"), ("parquet", "real"), ("jsonl", "jsonb")])
@pytest.mark.parametrize("text", ["five", "NaN,", "[NaN]"])
def test_a_text_that_its_column_cannot_hold(tmp_path: Path, format: Format, type: str, text: str) -> None:
    rows = pl.DataFrame({"a": [None, text]})
    with pytest.raises(InvalidCall, match=rf"`t.a` cannot be `{re.escape(text)}`"):
        write_file(tmp_path / "t", Shape(format), "t", {"a": parse_type(type)}, [rows])


def test_sql_is_postgres_with_every_quote_doubled(tmp_path: Path) -> None:
    assert write(tmp_path, "sql").read_text() == (
        "SET TIME ZONE 'UTC';\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n"
        'INSERT INTO "Order" ("id", "na,me", "price", "at", "tags", "ok") OVERRIDING SYSTEM VALUE VALUES\n'
        "(1, 'O''\"Hara\n\\é', 1.50, '2026-02-22 01:02:03.004', '{\"a\",\"b\\\"\"}', true),\n"
        "(2, '', NULL, NULL, '{}', false);\n"
        'INSERT INTO "Order" ("id", "na,me", "price", "at", "tags", "ok") OVERRIDING SYSTEM VALUE VALUES\n'
        "(3, NULL, 2.00, '2026-01-01 00:00:00', NULL, NULL);\n"
    )


@pytest.mark.parametrize("format", FORMATS)
def test_a_table_without_rows_is_a_file_too(tmp_path: Path, format: Format) -> None:
    for batches in ([], [ROWS[:0]]):
        path = tmp_path / "Order"
        write_file(path, Shape(format), "Order", PARSED, batches)
        assert ("na,me" in path.read_text(errors="replace")) == (format in ("csv", "parquet"))


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_compressed_files_have_the_same_text(tmp_path: Path, format: Format, compression: Compression) -> None:
    path = write(tmp_path, format, compression)
    plain = write(tmp_path, format)
    assert path.name == plain.name + {"gzip": ".gz", "zstd": ".zst"}[compression]
    if compression == "gzip":
        assert gzip.decompress(path.read_bytes()) == plain.read_bytes()
        assert path.read_bytes()[4:8] == bytes(4), "no time in it"
    else:
        lines = pl.read_csv(path, has_header=False, separator="\x01", quote_char=None)
        assert lines.to_series().to_list() == plain.read_text().splitlines()


def test_parquet_is_not_compressed_twice() -> None:
    with pytest.raises(InvalidCall, match="always compressed"):
        Shape("parquet", "gzip")


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize("compression", [None, *COMPRESSIONS])
def test_pieces_of_text_join_to_the_whole(tmp_path: Path, format: Format, compression: Compression | None) -> None:
    whole, shape = write(tmp_path, format, compression), Shape(format, compression)
    joined = tmp_path / "joined"
    for number, rows in enumerate([ROWS[:2], ROWS[2:]]):
        piece = tmp_path / "piece"
        write_file(piece, shape, "Order", PARSED, [rows], head=number == 0)
        append_file(joined, piece)
        assert not piece.exists()
    assert joined.read_bytes() == whole.read_bytes()


def test_parquet_is_not_joined() -> None:
    assert [format for format in FORMATS if not Shape(format).can_be_joined] == ["parquet"]


@pytest.mark.parametrize("format", FORMATS)
def test_what_stops_the_rows_stops_the_file(tmp_path: Path, format: Format) -> None:
    def batches() -> Iterator[pl.DataFrame]:
        yield ROWS
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_file(tmp_path / "file", Shape(format), "Order", PARSED, batches())


def test_parts_have_numbers_of_five_digits_and_on() -> None:
    names = [Shape("csv", "gzip").file_name("a.b", number) for number in (None, 1, 99_999, 100_000)]
    assert names == ["a.b.csv.gz", "a.b-00001.csv.gz", "a.b-99999.csv.gz", "a.b-100000.csv.gz"]


@pytest.mark.parametrize("table", ["../Order", "a/b", ".hidden", "nul\0"])
def test_a_table_cannot_leave_its_folder(table: str) -> None:
    with pytest.raises(InvalidCall, match="cannot be the name of a file"):
        Shape("csv").file_name(table)


ONE, TWO = (Part(f"t-0000{n}.csv", "t", n, n + 1, "csv", "shop", "f1") for n in (1, 2))


def finish(folder: OutputFolder, *parts: Part) -> None:
    """A whole run, which makes what is missing."""
    whole = folder.prepare(parts)
    for part in parts:
        if part.file not in whole:
            folder.unfinished(part.file).write_text(content(part))
            folder.finish(part, written(part))
    folder.close(parts)


def content(part: Part) -> str:
    return f"{part.fingerprint} {part.start}"


def written(part: Part) -> Written:
    text = content(part).encode()
    return Written(len(text), blake2b(text, digest_size=16).hexdigest())


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_file_has_its_name_when_it_is_whole(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "folder"
    with open_folder(directory) as folder:
        assert folder.prepare([ONE, TWO]) == set()
        folder.unfinished(ONE.file).write_text(content(ONE))
        assert not (directory / ONE.file).exists()
        folder.finish(ONE, written(ONE))
        assert (directory / ONE.file).read_text() == content(ONE)
        folder.unfinished(TWO.file).write_text("half")
    assert names(directory) == ["seedengine.manifest", ONE.file]


def test_what_was_finished_before_a_failure_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_folder(tmp_path) as folder:  # noqa: PT012
        folder.prepare([ONE, TWO])
        folder.unfinished(ONE.file).write_text(content(ONE))
        folder.finish(ONE, written(ONE))
        folder.unfinished(TWO.file).write_text("half")
        raise ZeroDivisionError
    assert names(tmp_path) == ["seedengine.manifest", ONE.file]
    with open_folder(tmp_path) as folder:
        assert folder.prepare([ONE, TWO]) == {ONE.file}


@pytest.mark.parametrize("change", ["f1 X", "f1 ", "f1 11", ""])
def test_a_file_is_whole_by_what_is_in_it(tmp_path: Path, change: str) -> None:
    with open_folder(tmp_path) as folder:
        finish(folder, ONE, TWO)
    (tmp_path / ONE.file).write_text(change)
    with open_folder(tmp_path) as folder:
        assert folder.prepare([ONE, TWO]) == {TWO.file}
        assert folder.changed == [ONE.file]


@pytest.mark.parametrize("other", [replace(ONE, fingerprint="f2"), replace(ONE, stop=9), replace(ONE, table="u")])
def test_a_file_of_other_rows_is_made_again(tmp_path: Path, other: Part) -> None:
    with open_folder(tmp_path) as folder:
        finish(folder, ONE)
    with open_folder(tmp_path) as folder:
        assert folder.prepare([other]) == set()
        assert (tmp_path / ONE.file).read_text() == content(ONE), "until there is another"
        assert folder.changed == []


def test_parts_that_are_no_more_go_unless_they_were_changed(tmp_path: Path) -> None:
    three = replace(TWO, file="t-00003.csv")
    with open_folder(tmp_path) as folder:
        finish(folder, ONE, TWO, three)
    (tmp_path / three.file).write_text("by hand")
    (tmp_path / "t-00004.csv").write_text("mine")
    with open_folder(tmp_path) as folder:
        finish(folder, replace(ONE, fingerprint="f2"))
    assert names(tmp_path) == ["seedengine.manifest", ONE.file, three.file, "t-00004.csv"]


def test_other_formats_and_other_specs_stay(tmp_path: Path) -> None:
    others = [replace(ONE, file="t.sql", format="sql"), replace(TWO, file="u.csv", spec="blog")]
    for each in others:
        with open_folder(tmp_path) as folder:
            finish(folder, each)
    with open_folder(tmp_path) as folder:
        finish(folder, ONE)
    for each in (*others, ONE):
        with open_folder(tmp_path) as folder:
            assert folder.prepare([each]) == {each.file}


@pytest.mark.parametrize("make", ["file", "folder", "broken link"])
def test_what_nobody_accounts_for_is_not_replaced(tmp_path: Path, make: str) -> None:
    strange = tmp_path / TWO.file
    if make == "file":
        strange.write_text(content(TWO))
    elif make == "folder":
        strange.mkdir()
    else:
        strange.symlink_to("nowhere")
    with open_folder(tmp_path) as folder, pytest.raises(InvalidCall, match=r"t-00002.csv` is there already"):
        folder.prepare([ONE, TWO])
    assert names(tmp_path) == [TWO.file]


def test_a_manifest_that_is_torn_accounts_for_its_whole_lines(tmp_path: Path) -> None:
    with open_folder(tmp_path) as folder:
        finish(folder, ONE, TWO)
    manifest = tmp_path / "seedengine.manifest"
    manifest.write_bytes(manifest.read_bytes()[:-20])
    with open_folder(tmp_path) as folder:
        assert folder.prepare([ONE]) == {ONE.file}
        with pytest.raises(InvalidCall, match="is there already"):
            folder.prepare([TWO])
        (tmp_path / TWO.file).unlink()
        finish(folder, ONE, TWO)
    with open_folder(tmp_path) as folder:
        assert folder.prepare([ONE, TWO]) == {ONE.file, TWO.file}


def test_a_manifest_names_no_file_outside_its_folder(tmp_path: Path) -> None:
    directory, outside = tmp_path / "out", tmp_path / "mine.csv"
    with open_folder(directory) as folder:
        finish(folder, ONE)
    (directory / ONE.file).rename(outside)
    manifest = directory / "seedengine.manifest"
    manifest.write_text(manifest.read_text().replace(ONE.file, "../mine.csv"))
    with open_folder(directory) as folder:
        finish(folder, TWO)
    assert outside.exists()


def test_files_of_the_same_tables_are_found(tmp_path: Path) -> None:
    for name in ("t.csv", "t-00003.csv", "t.csv.gz", "t-100000.csv.zst"):
        (tmp_path / name).touch()
    for name in ("t.sql", "u.csv", "t-3.csv", "tt.csv", "t.csv.bak", ".t.csv"):
        (tmp_path / name).touch()
    with open_folder(tmp_path) as folder:
        finish(folder, ONE, TWO)
        assert folder.others([ONE, TWO]) == ["t-00003.csv", "t-100000.csv.zst", "t.csv", "t.csv.gz"]


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("elsewhere")])
def test_a_manifest_is_an_ordinary_file(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "seedengine.manifest")
    with pytest.raises(InvalidCall, match=r"seedengine.manifest` is no ordinary file"), open_folder(tmp_path):
        pass


def test_a_second_run_waits_for_nothing_and_leaves_the_first_alone(tmp_path: Path) -> None:
    with open_folder(tmp_path) as folder:
        folder.prepare([ONE])
        folder.unfinished(ONE.file).write_text(content(ONE))
        with pytest.raises(InvalidCall, match="another run"), open_folder(tmp_path):
            pass
        folder.finish(ONE, written(ONE))


def test_what_a_killed_run_has_left_unfinished_goes(tmp_path: Path) -> None:
    (tmp_path / ".t-00009.csv.seedengine-unfinished").write_text("half")
    (tmp_path / ".mine").write_text("mine")
    with open_folder(tmp_path):
        assert names(tmp_path) == [".mine"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, reason in ((tmp_path / "file", "file` is no folder"), (tmp_path / "file" / "deeper", "Not a directory")):
        with pytest.raises(InvalidCall, match=reason), open_folder(path):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with open_folder(tmp_path) as folder, pytest.raises(InvalidCall, match="Permission denied"):
        finish(folder, ONE)
