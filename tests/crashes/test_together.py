"""Several runs at once end as one after the other, or say that they waited for too long."""

from collections.abc import Iterator

import pytest

from crashes import on_postgres
from crashes.on_postgres import PostgresGround
from crashes.on_sqlite import SqliteGround
from crashes.together import PAIRS, at_once


@pytest.fixture(scope="module")
def postgres_shop(postgres_server_url: str) -> Iterator[PostgresGround]:
    with on_postgres.shop(postgres_server_url) as ground:
        yield ground


def test_two_specs_on_postgres(postgres_shop: PostgresGround) -> None:
    tally = at_once(postgres_shop, "", PAIRS["two specs that share tables"], 4)
    assert tally.violations == []
    assert tally.after == 4


def test_a_short_wait_on_postgres(postgres_shop: PostgresGround) -> None:
    tally = at_once(postgres_shop, "", PAIRS["one spec"], 4, lock_timeout=0.001)
    assert tally.violations == []
    assert tally.after >= 1, "whoever comes first has nobody to wait for"


def test_one_spec_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> None:
    tally = at_once(SqliteGround(tmp_path_factory.mktemp("shop")), "", PAIRS["one spec"], 4)
    assert tally.violations == []
    assert tally.after == 4
