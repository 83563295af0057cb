"""Expressions over columns: what the differential test cannot see, since PostgreSQL has no batches, dtypes or slugs."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from seedengine.generation.expressions import (
    EvaluationFault,
    evaluate,
    evaluate_text,
    function_names,
    to_text,
    type_name,
)
from seedengine.generation.expressions.nodes import HANDLERS
from seedengine.generation.expressions.types import INTERVAL_STORAGE
from seedengine.spec.expressions import NODES, ExpressionFault, parse

Columns = Mapping[str, pl.Series]


def values(source: str, size: int = 1, **columns: pl.Series) -> pl.Series:
    """The values of an expression over columns with plain names."""
    return evaluate(parse(source), {(name,): series for name, series in columns.items()}, size)


def integers(*numbers: int | None) -> pl.Series:
    return pl.Series(numbers, dtype=pl.Int32)


def fault(source: str, size: int = 1, **columns: pl.Series) -> ExpressionFault | EvaluationFault:
    with pytest.raises((ExpressionFault, EvaluationFault)) as caught:
        values(source, size, **columns)
    return caught.value


def test_every_node_that_parses_has_a_handler_and_the_other_way_round() -> None:
    assert set(HANDLERS) == NODES


def test_every_function_has_a_sensible_number_of_arguments() -> None:
    for name, (least, most) in function_names().items():
        assert name == name.lower()
        assert most is None or 0 <= least <= most


@pytest.mark.parametrize(
    ("source", "dtype"),
    [
        ("x + 1", pl.Int32()),
        ("x + 5000000000", pl.Int64()),
        ("x * 1.50", pl.Decimal(38, 2)),
        ("x * 1.50 * 0.125", pl.Decimal(38, 5)),
        ("x / 3.0", pl.Decimal(38, 20)),
        ("round(x / 3.0, 2)", pl.Decimal(38, 2)),
        ("(x / 3.0)::numeric(10, 4)", pl.Decimal(38, 4)),
        ("x::float8", pl.Float64()),
        ("x || ''", pl.String()),
        ("x > 1", pl.Boolean()),
        ("date '2025-01-01' + x", pl.Date()),
        ("timestamp '2025-01-01' + x * interval '1 hour'", pl.Datetime("us")),
        ("time '10:00'", pl.Time()),
        ("x * interval '1 day'", INTERVAL_STORAGE),
        ("array[x, 1]", pl.List(pl.Int32())),
        ("array[x, 1.50]", pl.List(pl.Decimal(38, 2))),
        ("null", pl.Null()),
        ("'text'", pl.String()),
        ("case when x > 0 then null end", pl.String()),
        ("coalesce(null, x)", pl.Int32()),
        ("extract(year from timestamp '2025-01-01')", pl.Decimal(38, 0)),
    ],
)
def test_the_dtype_is_known_without_rows_and_kept_with_them(source: str, dtype: pl.DataType) -> None:
    for rows in ([], [1], [1, None, 3], [None, None]):
        columns = {"x": integers(*rows)} if "x" in source.replace("extract", "") else {}
        assert values(source, len(rows), **columns).dtype == dtype


def test_a_path_gives_its_column_as_it_is() -> None:
    column = pl.Series([{"price": Decimal("1.50")}, None], dtype=pl.Struct({"price": pl.Decimal(38, 2)}))
    assert values("tier", 2, tier=column).to_list() == column.to_list()
    assert values("tier is null", 2, tier=column).to_list() == [False, True]
    assert values("coalesce(tier, other)", 2, tier=column, other=column.reverse()).null_count() == 0


def test_a_column_that_is_always_null_takes_any_type() -> None:
    nothing = pl.Series([None, None])
    assert values("x + 1", 2, x=nothing).to_list() == [None, None]
    assert values("coalesce(x, 'none')", 2, x=nothing).to_list() == ["none", "none"]
    assert values("x || 'a'", 2, x=nothing).dtype == pl.String()
    assert values("x", 2, x=nothing).dtype == pl.Null()


def test_a_constant_fills_all_rows() -> None:
    assert values("1 + 1", 3).to_list() == [2, 2, 2]
    assert values("null", 3).to_list() == [None, None, None]
    assert values("array['a']", 2).to_list() == [["a"], ["a"]]
    assert values("1 / 0", 0).to_list() == []


@pytest.mark.parametrize(
    ("source", "row", "offset", "message"),
    [
        ("10 / x", 2, 0, "division by zero"),
        ("1 + 10 / x", 2, 4, "division by zero"),
        ("x * 2000000000", 3, 0, "integer out of range"),
        ("case when x > 1 then 1 / (x - 5) end", 3, 21, "division by zero"),
        ("coalesce(x, 1 / (x - x))", None, 0, ""),
        ("x = 0 or 10 / x > 1", None, 0, ""),
        ("(x || 'a')::int", 0, 1, "`1a` is not a value of type integer"),
        ("make_date(2025, x, 1)", 2, 0, "date field value out of range"),
        ("repeat('ab', x * 200000)", 3, 0, "the text is longer than 1,000,000 bytes"),
    ],
)
def test_a_fault_of_a_row_names_it_and_its_place(source: str, row: int | None, offset: int, message: str) -> None:
    column = integers(1, None, 0, 5)
    if row is None:
        assert len(values(source, 4, x=column)) == 4
        return
    found = fault(source, 4, x=column)
    assert isinstance(found, EvaluationFault)
    assert (found.row, found.offset, found.message) == (row, offset, message)


@pytest.mark.parametrize(
    ("source", "offset", "message", "help"),
    [
        ("x + 'a'", 4, "`a` is not a value of type integer", None),
        ("1 + name + 1", 0, "there is no `integer + text`", "texts are joined by `||`"),
        ("day + 1.5", 0, "there is no `date + numeric`", "write `interval '1 day'`, or `n * interval '1 day'`"),
        ("date '2025-02-30'", 5, "date/time field value out of range", None),
        ("uper(name)", 0, "there is no function `uper`", "did you mean `upper`?"),
        ("upper(x)", 0, "there is no `upper(integer)`", "it takes (text)"),
        ("round(f, 2)", 0, "there is no `round(double precision, integer)`", "it takes (numeric, integer)"),
        ("lpad(name)", 0, "`lpad` takes 2 to 3 arguments, not 1", None),
        ("x and true", 0, "a condition is needed here, not `integer`", "compare it, as `x <> 0` or `x <> ''`"),
        ("name = x", 0, "there is no `text = integer`", "cast one side to the other's type"),
        (
            "case when true then x else name end",
            20,
            "`integer` and `text` do not match in `case`",
            "cast one to the other",
        ),
        ("day::int", 0, "`date` is not a `integer`", "subtract two dates, or `extract` a part"),
        ("x[1]", 0, "`integer` is not an array", "write `array[…]`, or cast to `text[]`"),
        ("array[]", 0, "this empty array has no type", "name its type: `array[]::text[]`"),
        ("extract(hours from day)", 8, "a date has no unit `hours`", None),
        ("date_trunc('mont', day)", 11, "a timestamp has no unit `mont`", "did you mean `month`?"),
        ("name like x", 10, "`like` compares texts, not `integer`", "cast it to text"),
        ("to_char(f, '9')", 8, "`to_char` does not take `double precision`", "cast a float to numeric first"),
    ],
)
@pytest.mark.parametrize("size", [0, 2])
def test_types_that_do_not_fit_are_found_at_any_size(
    source: str, offset: int, message: str, help: str | None, size: int
) -> None:
    columns = {
        "x": integers(1, 2),
        "name": pl.Series(["a", "b"]),
        "day": pl.Series([date(2025, 1, 1)] * 2),
        "f": pl.Series([1.5, 2.5]),
    }
    used = {path[0]: columns[path[0]].head(size) for path in parse(source).paths}
    found = fault(source, size, **used)
    assert isinstance(found, ExpressionFault)
    assert (found.offset, found.message, found.help) == (offset, message, help)


def test_a_bigint_is_welcome_as_a_count_that_fits() -> None:
    row = pl.Series([1, 2, 3], dtype=pl.Int64)
    assert values("left('abc', row)", 3, row=row).to_list() == ["a", "ab", "abc"]
    assert values("date '2025-01-01' + row", 3, row=row).to_list() == [date(2025, 1, day) for day in (2, 3, 4)]
    assert fault("left('abc', row)", 1, row=pl.Series([2**40])).message == "integer out of range"


def test_a_text_shows_the_digits_that_each_value_has() -> None:
    price = pl.Series([Decimal("5.00"), Decimal("1.00")], dtype=pl.Decimal(38, 2))
    assert evaluate_text(parse("price / 3"), {("price",): price}, 2).to_list() == [
        "1.6666666666666667",
        "0.33333333333333333333",
    ]
    assert evaluate_text(parse("price"), {("price",): price}, 2).to_list() == ["5.00", "1.00"]


@pytest.mark.parametrize(
    ("series", "texts"),
    [
        (pl.Series([1, None]), ["1", None]),
        (pl.Series([0.1, 1e20, 5.0, -0.0]), ["0.1", "1e+20", "5", "-0"]),
        (pl.Series([True, False]), ["true", "false"]),
        (pl.Series([Decimal("1.50")], dtype=pl.Decimal(38, 2)), ["1.50"]),
        (pl.Series([Decimal("-0.05")], dtype=pl.Decimal(38, 2)), ["-0.05"]),
        (pl.Series([datetime(2025, 1, 2, 3, 4, 5, 600000)], dtype=pl.Datetime("us")), ["2025-01-02 03:04:05.6"]),
        (pl.Series([["a", None, "b c"]]), ['{a,NULL,"b c"}']),
        (pl.Series([[Decimal("1.50")]], dtype=pl.List(pl.Decimal(38, 2))), ["{1.50}"]),
        (pl.Series([{"name": "x", "n": 1}]), ['{"name":"x","n":1}']),
        (pl.Series([None]), [None]),
        (pl.Series([], dtype=pl.Float64), []),
    ],
)
def test_columns_are_written_as_a_cast_to_text_writes_them(series: pl.Series, texts: list[str | None]) -> None:
    assert to_text(series).to_list() == texts


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Leak Repair", "leak-repair"),
        ("  Crème  Brûlée!  ", "creme-brulee"),
        ("it's 100% café", "its-100-cafe"),
        ("Straße nach Łódź & Ærø", "strasse-nach-lodz-aero"),
        ("ﬁne ２０２５", "fine-2025"),
        ("a--b__c", "a-b-c"),
        ("Ismael إسماعيل", "ismael"),
        ("", ""),
    ],
)
def test_a_slug_is_ascii_words_with_hyphens(text: str, slug: str) -> None:
    assert values("slug(x)", x=pl.Series([text])).to_list() == [slug]


def test_texts_without_any_ascii_keep_different_slugs() -> None:
    found = values("slug(x)", 4, x=pl.Series(["تسريب مياه", "إصلاح باب", "تسريب مياه", None])).to_list()
    assert found[0] == found[2] != found[1]
    assert all(slug is not None and len(slug) == 8 and slug.isalnum() and slug.isascii() for slug in found[:3])
    assert found[3] is None


@pytest.mark.parametrize(
    "source",
    [
        "repeat('x', 1000001)",
        "repeat(repeat('x', 1000), 1001)",
        "lpad('x', 2000000000, 'y')",
        "rpad('x', 1000001)",
        "replace(repeat('a', 1000), 'a', repeat('b', 1001))",
        "array_to_string(string_to_array(repeat(',', 1000), ','), repeat('x', 1001))",
        "string_to_array(repeat(',', 900000), ',')",
        "repeat('x', 900000) || repeat('x', 900000)",
        "concat_ws(repeat('x', 500000), 'a', 'b', 'c', 'd')",
        "10.0 ^ 100000",
        "power(10.0, 100)",
        "exp(1000.0)",
        "2 ^ 100000",
        "1e30 * 1e30",
    ],
)
def test_no_small_expression_makes_a_large_value(source: str) -> None:
    assert isinstance(fault(source), EvaluationFault)


def test_no_batch_of_texts_fills_the_memory() -> None:
    found = fault("repeat('x', n)", 100_000, n=pl.Series([900_000] * 100_000, dtype=pl.Int32))
    assert isinstance(found, EvaluationFault)
    assert found.message == "the texts of a batch are longer than 256,000,000 bytes"


def test_types_have_the_names_of_postgres() -> None:
    assert type_name(pl.Datetime("us")) == "timestamp"
    assert type_name(pl.List(pl.Decimal(38, 2))) == "numeric[]"
    assert type_name(pl.Struct({"a": pl.Int32})) == "json object"
    assert type_name(INTERVAL_STORAGE) == "interval"


def test_a_row_does_not_depend_on_the_batch_it_is_in() -> None:
    number = pl.Series([Decimal(n) / 7 for n in range(1, 200)], dtype=pl.Decimal(38, 6))
    for source in ("n / 3", "n * n * n / 0.000001", "sqrt(n)", "round(n::float8::numeric, 3)", "ln(n)", "n || ''"):
        expression = parse(source)
        whole = evaluate_text(expression, {("n",): number}, len(number)).to_list()
        alone = [evaluate_text(expression, {("n",): number.slice(row, 1)}, 1)[0] for row in range(len(number))]
        assert whole == alone
