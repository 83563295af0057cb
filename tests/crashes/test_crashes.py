"""A share of the sweep: whatever stops a run, the database is as before or as after, and what is said of it is true."""

from collections.abc import Iterator
from random import Random

import pytest

from crashes import on_postgres
from crashes.ends import RoundTrip, Size
from crashes.grounds import Ground
from crashes.on_postgres import PostgresGround
from crashes.on_sqlite import SqliteGround
from crashes.sweeps import PAGE, bytes_passed, moments, server_killed, stopped_at
from crashes.tally import Tally
from server import durable_server


@pytest.fixture(scope="module")
def marketplace(postgres_server_url: str) -> Iterator[PostgresGround]:
    with on_postgres.marketplace(postgres_server_url) as ground:
        yield ground


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> SqliteGround:
    return SqliteGround(tmp_path_factory.mktemp("shop"))


def ends_of_round_trips(ground: Ground) -> list[RoundTrip]:
    """Some on the way, both sides of the last but one, the COMMIT, and the last one, which only takes leave."""
    last = ground.whole.round_trips
    return [
        RoundTrip(last // 2, "before"),
        RoundTrip(last * 3 // 4, "after"),
        RoundTrip(last - 1, "before"),
        RoundTrip(last - 1, "after"),
        RoundTrip(last, "before"),
    ]


def require_both(tally: Tally) -> None:
    assert tally.violations == []
    assert tally.before + tally.after == tally.runs
    assert tally.before > 0
    assert tally.after > 0


def require_either(tally: Tally, runs: int) -> None:
    assert tally.violations == []
    assert tally.before + tally.after == tally.runs == runs


def test_postgres_client_killed_at_round_trips(marketplace: PostgresGround) -> None:
    require_both(stopped_at(marketplace, "", ends_of_round_trips(marketplace)))


def test_sqlite_client_killed_at_calls(shop: SqliteGround) -> None:
    require_both(stopped_at(shop, "", ends_of_round_trips(shop)))


def test_sqlite_client_killed_in_writing_a_page(shop: SqliteGround) -> None:
    assert shop.attempt(None).code == 0
    first, last = PAGE // 3, shop.size - PAGE // 3
    require_both(stopped_at(shop, "", [Size(first), Size(last), Size(shop.size)]))


def test_postgres_client_killed_at_random(marketplace: PostgresGround) -> None:
    require_either(stopped_at(marketplace, "", moments(marketplace, 3, Random(1))), 3)


def test_sqlite_client_killed_at_random(shop: SqliteGround) -> None:
    require_either(stopped_at(shop, "", moments(shop, 3, Random(2))), 3)


def test_connection_broken_at_random(marketplace: PostgresGround) -> None:
    require_either(stopped_at(marketplace, "", bytes_passed(marketplace, 2, Random(3))), 2)


def test_server_killed() -> None:
    with durable_server() as (url, restart), on_postgres.shop(url) as ground:
        require_either(server_killed(ground, "", moments(ground, 1, Random(4)), url, restart), 1)
