"""CSV files as columns: the type that all cells spell, and every file that is not of the form."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from seedengine.generation.tabular import read_table
from seedengine.generation.tabular.types import typed
from seedengine.spec.facts import FileFault


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        (["1", None, "-20"], pl.Int64, [1, None, -20]),
        (["9223372036854775807", "-9223372036854775808"], pl.Int64, [2**63 - 1, -(2**63)]),
        (["9223372036854775808"], pl.Decimal(38, 0), [Decimal(2**63)]),
        (["01", "2"], pl.String, ["01", "2"]),
        (["+1", "2"], pl.String, ["+1", "2"]),
        (["1 ", "2"], pl.String, ["1 ", "2"]),
        (["1", ""], pl.String, ["1", ""]),
        (["1.50", "2", "-0.125"], pl.Decimal(38, 3), [Decimal("1.500"), Decimal(2), Decimal("-0.125")]),
        (["9" * 39], pl.String, ["9" * 39]),
        (["9" * 30 + ".5", "0." + "1" * 20], pl.String, ["9" * 30 + ".5", "0." + "1" * 20]),
        (["1e3", "2.5", None], pl.Float64, [1000.0, 2.5, None]),
        (["1e999", "1"], pl.String, ["1e999", "1"]),
        (["NaN", "1"], pl.String, ["NaN", "1"]),
        (["true", "false", None], pl.Boolean, [True, False, None]),
        (["true", "yes"], pl.String, ["true", "yes"]),
        (["2024-02-29", None], pl.Date, [date(2024, 2, 29), None]),
        (["2023-02-29"], pl.String, ["2023-02-29"]),
        (["0000-01-01"], pl.String, ["0000-01-01"]),
        (["0000-12-31T23:00:00Z"], pl.String, ["0000-12-31T23:00:00Z"]),
        (["0001-01-01T00:00:00+01:00"], pl.String, ["0001-01-01T00:00:00+01:00"]),
        (["9999-12-31T23:00:00-02:00"], pl.String, ["9999-12-31T23:00:00-02:00"]),
        (["2026-01-01 10:00:00+00"], pl.Datetime("us"), [datetime(2026, 1, 1, 10)]),
        (
            ["2026-01-01T10:00:00Z", "2026-01-01 10:00", "2026-01-01T10:00:00.5+02:00"],
            pl.Datetime("us"),
            [datetime(2026, 1, 1, 10), datetime(2026, 1, 1, 10), datetime(2026, 1, 1, 8, 0, 0, 500_000)],
        ),
        (["2026-01-01", "2026-01-01T10:00:00"], pl.String, ["2026-01-01", "2026-01-01T10:00:00"]),
        (["12:30", "13:00"], pl.String, ["12:30", "13:00"]),
        ([None, None], pl.Null, [None, None]),
    ],
)
def test_a_column_has_the_type_that_all_its_cells_spell(
    cells: list[str | None], dtype: pl.DataType, values: list[object]
) -> None:
    column = typed(pl.Series(cells, dtype=pl.String))
    assert column.dtype == dtype
    assert column.to_list() == values


@pytest.mark.parametrize("end", ["", "\n", "\n\n\r\n"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_lines_quotes_and_marks(tmp_path: Path, line: str, end: str) -> None:
    text = line.join(['code,"a, b"', '1,"say ""hi"""', ',""', '3,"two\nlines"']) + end
    (tmp_path / "rows.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    table = read_table(tmp_path / "rows.csv")
    assert table.names == ("code", "a, b")
    assert table.frame.rows() == [(1, 'say "hi"'), (None, ""), (3, "two\nlines")]
    assert (table.has_empty("code"), table.has_empty("a, b"), table.distinct("a, b")) == (True, False, 3)


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("code,name")
    assert len(read_table(tmp_path / "rows.csv")) == 0


def test_an_empty_line_is_a_row_of_a_single_column(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("code\n1\n\n2\n")
    assert read_table(tmp_path / "rows.csv").frame.rows() == [(1,), (None,), (2,)]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", None, "the file is empty"),
        (b"\xef\xbb\xbf\r\n", None, "the file is empty"),
        (b"a,a\n1,2\n", 1, "`a` twice"),
        (b"a,\n1,2\n", 1, "column 2 has no name"),
        (b"a," + b"b" * 64, 1, "too long"),
        (b"a,b\n1\n", 2, "1 cell where the header has 2"),
        (b"a,b\n1,2\n\n3,4\n", 3, "an empty line"),
        (b"a,b\r\n1,2\r\n\r\n3,4\r\n", 3, "an empty line"),
        (b'a,b\n"x\ny",2\n3,4,5\n', 4, "3 cells where the header has 2"),
        (b"a,b\r1,2\r", None, "carriage returns alone"),
        (b"a\r1\r2", None, "carriage returns alone"),
        (b"a,b\n1,2\n3,4,5", 3, "3 cells"),
        (b'a,b\n1,x"y\n', 2, "a quote in the middle of a cell"),
        (b'a,b\n1,"x"y\n', 2, "a quote in the middle of a cell"),
        (b'a,b\n1, "x"\n', 2, "a quote in the middle of a cell"),
        (b'a,b\n1,"x\n2,y\n', 2, "a quote that is never closed"),
        (b'"a,b\n1,2\n', 1, "a quote that is never closed"),
        (b"a,b\n1,\xff\n", 2, "byte 0xff is not UTF-8"),
        (b"a,b\n1,\0\n", 2, "NUL"),
    ],
)
def test_a_file_of_another_form(tmp_path: Path, content: bytes, line: int | None, said: str) -> None:
    (tmp_path / "rows.csv").write_bytes(content)
    with pytest.raises(FileFault) as caught:
        read_table(tmp_path / "rows.csv")
    assert caught.value.line == line
    assert said in caught.value.message
