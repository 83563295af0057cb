"""Columns that a Python function makes: in exactly the type that the spec says, in whatever form it returns them."""

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seedengine.checking import load_spec
from seedengine.diagnostics import InvalidSpec
from seedengine.generation.entity import column_types, make_rows, open_empty_world, open_world
from seedengine.generation.faults import GenerationFault
from seedengine.spec.model import Spec
from seedengine.spec.profiles import LoadOptions
from seedengine.targets.ahead import ahead

SPEC = """\
seedspec: 1
name: calling
entities:
  user:
    count: 3
    fields:
      id: {uuid: {}}
      made: {python: "made_by_a_test:made", args: {number: {expr: row}}, returns: RETURNS}
"""
HEAD = """\
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
import numpy as np
import polars as pl

def raised(error):
    raise error

"""


@pytest.fixture
def calling(tmp_path: Path) -> Iterator[Callable[[str, str], Spec]]:
    """The spec that calls a function with this body, which returns a type."""

    def make(body: str, returns: str) -> Spec:
        (tmp_path / "made_by_a_test.py").write_text(f"{HEAD}def made(bits, number): return {body}\n")
        (tmp_path / "spec.yaml").write_text(SPEC.replace("RETURNS", returns))
        return load_spec(tmp_path / "spec.yaml", LoadOptions(allow_python=True)).spec

    yield make
    sys.modules.pop("made_by_a_test", None)


@pytest.mark.parametrize(
    ("body", "returns", "dtype", "values"),
    [
        ("['a', None, 'c']", "text", pl.String, ["a", None, "c"]),
        ("('a', 'b', 'c')", "varchar(5)", pl.String, ["a", "b", "c"]),
        ("np.array(['a', 'b', 'c'])", "text", pl.String, ["a", "b", "c"]),
        ("number + 1", "bigint", pl.Int64, [2, 3, 4]),
        ("number", "int", pl.Int32, [1, 2, 3]),
        ("number", "double precision", pl.Float64, [1.0, 2.0, 3.0]),
        ("[1, 2.5, None]", "float8", pl.Float64, [1.0, 2.5, None]),
        ("np.arange(3, dtype=np.uint8)", "bigint", pl.Int64, [0, 1, 2]),
        (
            "[Decimal('1.5'), None, Decimal(2)]",
            '"numeric(10, 2)"',
            pl.Decimal(38, 2),
            [Decimal("1.5"), None, Decimal(2)],
        ),
        ("number", '"numeric(10, 2)"', pl.Decimal(38, 2), [Decimal(1), Decimal(2), Decimal(3)]),
        ("[True, False, None]", "boolean", pl.Boolean, [True, False, None]),
        ("[date(2026, 1, each) for each in number]", "date", pl.Date, [date(2026, 1, day) for day in (1, 2, 3)]),
        ("np.array(['2026-01-01'] * 3, dtype='datetime64[D]')", "date", pl.Date, [date(2026, 1, 1)] * 3),
        ("[date(2026, 1, 1)] * 3", "timestamp", pl.Datetime("us"), [datetime(2026, 1, 1)] * 3),
        (
            "[datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))] * 3",
            "timestamp",
            pl.Datetime("us"),
            [datetime(2025, 12, 31, 22)] * 3,
        ),
        ("[[each, 'x'] for each in 'abc']", '"text[]"', pl.List(pl.String), [["a", "x"], ["b", "x"], ["c", "x"]]),
        ("[None] * 3", "date", pl.Date, [None, None, None]),
        ("pl.Series([None] * 3)", "text", pl.String, [None, None, None]),
    ],
)
def test_values_have_the_type_of_returns(
    calling: Callable[[str, str], Spec], body: str, returns: str, dtype: pl.DataType, values: list[object]
) -> None:
    spec = calling(body, returns)
    made = make_rows(open_world(spec), "user", 0, 3)["made"]
    assert (made.dtype, made.to_list()) == (dtype, values)
    assert column_types(open_empty_world(spec), "user")["made"] == dtype


@pytest.mark.parametrize(
    ("body", "returns", "row"),
    [
        ("[1, 2, 3]", "text", 1),
        ("[1, '2', 3]", "bigint", 2),
        ("[1, 2, 2**63]", "bigint", 3),
        ("number + 2**31 - 3", "int", 3),
        ("bits | np.uint64(2**63)", "bigint", 1),
        ("[1.5, 2, 3]", "bigint", 1),
        ("number / 2", "bigint", None),
        ("[timedelta(1)] * 3", "timestamp", None),
        ("[5] * 3", "date", None),
        ("[object()] * 3", "date", None),
        ("pl.Series([timedelta(1)] * 3)", "timestamp", None),
        ("np.array([1 + 2j] * 3)", "float8", 1),
        ("np.ones((3, 2))", "float8", 1),
        ("[{'a': 1}] * 3", "text", 1),
        ("[b'a'] * 3", "text", 1),
        ("[datetime(2026, 1, 1, 5)] * 3", "date", None),
    ],
)
def test_values_of_another_type(calling: Callable[[str, str], Spec], body: str, returns: str, row: int | None) -> None:
    with pytest.raises(GenerationFault) as caught:
        make_rows(open_world(calling(body, returns)), "user", 0, 3)
    assert (caught.value.row, caught.value.code) == (row, "S231")
    assert "`made_by_a_test:made` returns " in caught.value.message
    assert ", which is no " in caught.value.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raised(GeneratorExit())", "raises GeneratorExit"),
        ("raised(KeyboardInterrupt())", "raises KeyboardInterrupt"),
        ("raised(type('Own', (BaseException,), {})('no'))", "raises Own: no"),
        ("raised(type('Own', (Exception,), {'__str__': raised})())", "raises Own"),
        ("[type('Own', (), {'__repr__': raised})()] * 3", "returns `<Own>`, which is no text"),
        ("type('Own', (list,), {'__len__': lambda _: 3})(['a'])", "returns 1 values for 3 rows"),
        ("type('Own', (list,), {'__iter__': raised})(['a'])", "raises TypeError"),
    ],
)
def test_whatever_a_function_does_is_one_fault(calling: Callable[[str, str], Spec], body: str, said: str) -> None:
    spec = calling(body, "text")
    with pytest.raises(GenerationFault) as caught:
        _made_elsewhere(spec)
    assert said in caught.value.message
    assert caught.value.code == "S231"


def _made_elsewhere(spec: Spec) -> None:
    """Make the rows as a run does: not in the main thread, in which Ctrl-C is raised."""
    with ahead(make_rows(open_world(spec), "user", 0, 3) for _ in range(1)) as made:
        next(made)


def test_a_function_cannot_change_what_it_is_given(calling: Callable[[str, str], Spec]) -> None:
    spec = calling("number.shrink_to_fit(in_place=True).__setitem__(0, 99) or number", "bigint")
    world = open_world(spec)
    assert make_rows(world, "user", 0, 3)["made"].to_list() == [99, 2, 3]
    rows = world.rows(("user",), np.arange(3))
    assert rows.column("made").to_list() == [99, 2, 3]
    assert rows.column("row").to_list() == [1, 2, 3]


@pytest.mark.parametrize("reference", ["os.getcwd", "os", "os:", ":x", "os:path.join", "../os:x", "os:x()", 5])
def test_what_names_no_function(tmp_path: Path, reference: object) -> None:
    text = SPEC.replace('"made_by_a_test:made"', f"{reference!r}").replace("RETURNS", "text")
    (tmp_path / "spec.yaml").write_text(text)
    with pytest.raises(InvalidSpec) as caught:
        load_spec(tmp_path / "spec.yaml", LoadOptions(allow_python=True))
    assert [each.code for each in caught.value.diagnostics] == ["S231"]
