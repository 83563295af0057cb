"""`verify` finds no difference after `apply`, whatever the types of the columns, and changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from herafi import SPEC as HERAFI
from herafi import fingerprints, new_herafi
from verified import Database, applied, apply, differences, postgres, sqlite, verify

from tool import ROOT, call

SPECS = sorted((ROOT / "specs").glob("*.yaml"))


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return sqlite(tmp_path / "shop.db")
    return postgres(request.getfixturevalue("postgres_url"))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_nothing_differs_after_any_spec(spec: Path, database: Database) -> None:
    for _ in range(2):
        apply(spec, database.url)
    outcome = verify(spec, database.url)
    assert (outcome.code, outcome.json["differs"]) == (0, False), outcome.out
    assert sum(each["rows"] for each in outcome.json["entities"]) > 0


def test_nothing_differs_after_a_spec_with_every_kind_of_value(database: Database) -> None:
    spec = ROOT / "tests" / "property" / "everything.yaml"
    apply(spec, database.url)
    outcome = verify(spec, database.url)
    assert outcome.code == 0, outcome.out


def test_nothing_differs_in_the_marketplace_whose_real_rows_are_no_difference(
    new_database: Callable[..., str],
) -> None:
    url = new_herafi(new_database)
    assert call("apply", HERAFI, "--database-url", url).code == 0
    before = fingerprints(url)
    outcome = verify(HERAFI, url)
    assert (outcome.code, outcome.json["extra"]) == (0, []), outcome.out
    assert fingerprints(url) == before


COLUMNS = """
CREATE TABLE item (
    id integer PRIMARY KEY, short char(8), price numeric(8, 1), loose numeric, small real, large double precision,
    payload jsonb, old json, tags text[], numbers numeric(5, 1)[], at timestamptz(0), plain timestamp(3), day date,
    span interval, flag boolean, word varchar(40) COLLATE "C"
)
"""
VALUES = """
seedspec: 1
name: items
as_of: 2026-01-01T00:00:00Z
entities:
  item:
    count: 200
    fields:
      id: {sequence: 1}
      short: {choice: [a, bc, "d "]}
      price: {decimal: 1.000..9.999}
      loose: {decimal: 1.000..9.999}
      small: {float: 0.0..1.0}
      large: {float: 0.0..1.0}
      payload: {object: {b: {float: 0.0..9.0}, a: [1, {int: 1..9}]}}
      old: {object: {b: {float: 0.0..9.0}, a: [1, {int: 1..9}]}}
      tags: {list: {faker: word}, count: 0..3}
      numbers: {list: {decimal: 0.00..9.99}, count: 0..3}
      at: {datetime: {from: "as_of - interval '1 year'", to: as_of}}
      plain: {datetime: {from: "as_of - interval '1 year'", to: as_of}}
      day: {datetime: {from: "as_of - interval '1 year'", to: as_of}}
      span: {expr: "interval '1 day' * row"}
      flag: {bool: 30%}
      word: {faker: word, nulls: 20%}
"""


@pytest.mark.parametrize("key", ["PRIMARY KEY", "UNIQUE NOT NULL", ""])
def test_nothing_differs_where_columns_round_and_pad(key: str, tmp_path: Path, postgres_url: str) -> None:
    database = postgres(postgres_url)
    database.execute(COLUMNS.replace("PRIMARY KEY", key))
    spec = applied(database, tmp_path, VALUES)
    assert verify(spec, database.url).code == 0
    database.execute("UPDATE item SET old = '{}', numbers = '{7.7}', span = interval '30 days' WHERE id = 30")
    entities, _ = differences(spec, database)
    assert entities["item"]["columns"] == {"old": 1, "numbers": 1}
