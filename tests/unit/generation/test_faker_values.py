"""Faker's values for rows, one call each."""

import logging
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from seedengine.generation import faker
from seedengine.generation.bits import bits

ROWS = np.arange(200, dtype=np.uint64)


@pytest.mark.parametrize(("method", "locale"), [("name", "en_US"), ("address", "ja_JP"), ("paragraph", "ar_AA")])
def test_a_value_is_what_faker_gives_for_the_seed_of_its_row(method: str, locale: str) -> None:
    values = faker.values(method, {}, locale, 99, ROWS[:50])
    theirs = Faker(locale)
    for value, word in zip(values, bits(99, ROWS[:50]).tolist(), strict=True):
        theirs.seed_instance(word)
        assert value == getattr(theirs, method)()


@given(st.permutations(range(12)), st.sampled_from(["name", "user_agent", "color", "ipv4", "words", "csv"]))
@settings(max_examples=25, deadline=None)
def test_values_hang_on_neither_order_nor_company(order: list[int], method: str) -> None:
    rows = np.array(order, dtype=np.uint64)
    whole = faker.values(method, {}, "en_US", 5, ROWS[:12])
    assert faker.values(method, {}, "en_US", 5, rows).to_list() == whole.gather(order).to_list()
    assert faker.values(method, {}, "en_US", 5, rows[:1]).to_list() == whole.gather(order[:1]).to_list()


def test_values_hang_on_no_global_state() -> None:
    before = faker.values("name", {}, "en_US", 5, ROWS).to_list()
    Faker.seed(1)
    Faker("en_US").name()
    assert faker.values("name", {}, "en_US", 5, ROWS).to_list() == before
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda _: faker.values("name", {}, "en_US", 5, ROWS).to_list(), range(8))
        assert all(each == before for each in made)


def test_values_differ_by_key_and_locale() -> None:
    one = faker.values("name", {}, "en_US", 5, ROWS).to_list()
    assert faker.values("name", {}, "en_US", 6, ROWS).to_list() != one
    assert faker.values("name", {}, "de_DE", 5, ROWS).to_list() != one


@pytest.mark.parametrize(
    ("method", "args", "dtype"),
    [
        ("name", {}, pl.String()),
        ("uuid4", {"cast_to": None}, pl.String()),
        ("random_int", {}, pl.Int64()),
        ("pyfloat", {}, pl.Float64()),
        ("random_element", {"elements": [1, 2.5]}, pl.Float64()),
        ("pybool", {}, pl.Boolean()),
        ("null_boolean", {}, pl.Boolean()),
        ("latitude", {}, pl.Decimal(38, 7)),
        ("pydecimal", {"left_digits": 5, "right_digits": 2}, pl.Decimal(38, 2)),
        ("words", {"nb": 4}, pl.List(pl.String())),
        ("color_rgb", {}, pl.List(pl.Int64())),
        ("latlng", {}, pl.List(pl.Decimal(38, 7))),
    ],
)
def test_types(method: str, args: dict[str, Any], dtype: pl.DataType) -> None:
    values = faker.values(method, args, "en_US", 5, ROWS)
    assert values.dtype == dtype == faker.result_dtype(method, args, "en_US")
    assert len(values) == len(ROWS)
    assert faker.values(method, args, "en_US", 5, ROWS[:0]).dtype == dtype


def test_newlines_and_decimals_are_kept() -> None:
    assert all("\n" in address for address in faker.values("address", {}, "en_US", 5, ROWS))
    amounts = faker.values("pydecimal", {"left_digits": 3, "right_digits": 2, "positive": True}, "en_US", 5, ROWS)
    assert all(isinstance(amount, Decimal) and 0 < amount < 1000 for amount in amounts)


def test_mappings_of_elements_are_weights() -> None:
    drawn = faker.values("random_element", {"elements": {"often": 9, "seldom": 1}}, "en_US", 5, ROWS)
    assert 10 <= drawn.eq("seldom").sum() <= 35


def test_a_failing_row_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # Passes the samples, whose seeds are small, and fails for a row.
    from seedengine.generation.faker.providers import localised

    def unlucky() -> str:
        if localised("en_US").random.random() < 0.02:
            raise RuntimeError("no luck today.")
        return "lucky"

    faker.check_call("job_male", {}, "en_US")
    monkeypatch.setattr(localised("en_US").owners["job_male"], "job_male", unlucky)
    with pytest.raises(faker.CallFault, match=r"`job_male` fails: no luck today$") as fault:
        faker.values("job_male", {}, "en_US", 5, ROWS)
    assert fault.value.row == next(
        row for row, word in enumerate(bits(5, ROWS).tolist()) if Random(word).random() < 0.02
    )


def test_a_number_that_no_column_holds_is_a_fault_of_its_row() -> None:
    # Eight in a hundred of these are beyond 64 bits, so the samples may miss it.
    args = {"min": 0, "max": 2**63 - 1}
    assert faker.values("random_int", args, "en_US", 5, ROWS).dtype == pl.Int64()
    with pytest.raises(faker.CallFault, match="beyond 64 bits"):
        faker.values("random_number", {"digits": 19}, "en_US", 5, ROWS)


def test_what_cannot_fill_a_column_is_a_fault() -> None:
    with pytest.raises(faker.CallFault, match="follows the clock"):
        faker.values("date_between", {}, "en_US", 5, ROWS)


def test_faker_prints_nothing_for_every_row(capfd: pytest.CaptureFixture[str]) -> None:
    logging.lastResort  # noqa: B018 - what would print, had Faker's loggers no handler
    faker.values("bban", {}, "en_PH", 5, ROWS)
    assert capfd.readouterr().err == ""
