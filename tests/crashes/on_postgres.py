"""The ground on PostgreSQL."""

import secrets
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from crashes.contents import Contents, read_postgres
from crashes.ends import DEADLINE, Course, End, Moment, finished, start
from crashes.grounds import BIGGER, EAST, MANY, SPECS, Ground, Words, reseeded_marketplace
from crashes.proxy import Proxy
from tool import ROOT

_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class PostgresGround(Ground):
    """Two databases of a server: the one that is applied to, and the one that it is copied from."""

    def __init__(self, server_url: str, scripts: Sequence[Path], earlier: Words, later: Words) -> None:
        self._server_url = server_url
        self._scripts = scripts
        self._name = f"seedengine_crashes_{secrets.token_hex(6)}"
        self._kept = f"{self._name}_kept"
        super().__init__(earlier, later)

    @property
    def url(self) -> str:
        """See `Ground`."""
        return urlunsplit(urlsplit(self._server_url)._replace(path=f"/{self._name}"))

    def prepare(self) -> None:
        """See `Ground`."""
        self._on_server("CREATE DATABASE {} TEMPLATE template0", self._name)
        with psycopg.connect(self.url) as connection:
            for script in self._scripts:
                connection.execute(script.read_bytes())

    def keep(self) -> None:
        """See `Ground`."""
        self._on_server("CREATE DATABASE {} TEMPLATE {}", self._kept, self._name)

    def reset(self) -> None:
        """See `Ground`."""
        self._on_server("DROP DATABASE {} WITH (FORCE)", self._name)
        self._on_server("CREATE DATABASE {} TEMPLATE {}", self._name, self._kept)

    def drop(self) -> None:
        """Remove both databases."""
        for name in (self._name, self._kept):
            self._on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _on_server(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def contents(self) -> Contents:
        """See `Ground`; a killed client's transaction ends a moment after the client does."""
        end = time.monotonic() + DEADLINE
        with psycopg.connect(self.url, autocommit=True) as connection:
            while connection.execute(_OTHERS).fetchone() != (0,):
                assert time.monotonic() < end, "a transaction of a client that is gone does not end"
                time.sleep(0.005)
        return read_postgres(self.url)

    def attempt(self, end: End | None, strike: Callable[[], None] | None = None) -> Course:
        """See `Ground`; the client goes through a proxy."""
        started: Future[subprocess.Popen[str]] = Future()

        def kill() -> None:
            started.result(DEADLINE).kill()

        with Proxy(self.url, end, strike or kill) as proxy:
            process = start(self.command(self.later, proxy.url))
            started.set_result(process)
            reached = isinstance(end, Moment) and _ends(process, proxy, end, strike or kill)
            course = finished(process)
            seconds = time.monotonic() - proxy.opened_at
        traffic = proxy.traffic
        return Course(course.code, course.said, reached or proxy.reached, traffic.round_trips, traffic.passed, seconds)


def _ends(process: "subprocess.Popen[str]", proxy: Proxy, end: Moment, strike: Callable[[], None]) -> bool:
    """Strike at a moment; whether it came before the end of the process."""
    assert proxy.opened.wait(DEADLINE), "the client does not connect"
    try:
        process.wait(end.seconds)
    except subprocess.TimeoutExpired:
        strike()
        return True
    return False


@contextmanager
def _dropped_at_the_end(ground: PostgresGround) -> Iterator[PostgresGround]:
    try:
        yield ground
    finally:
        ground.drop()


@contextmanager
def marketplace(server_url: str) -> Iterator[PostgresGround]:
    """The marketplace with its real users, seeded, and to be seeded anew with another seed."""
    data = ROOT / "tests" / "data" / "herafi"
    scripts = [data / "schema.sql", data / "real_rows.sql"]
    with reseeded_marketplace() as later:
        ground = PostgresGround(server_url, scripts, [ROOT / "specs" / "herafi.yaml"], [later, *MANY])
        with _dropped_at_the_end(ground):
            yield ground


@contextmanager
def ticks(server_url: str) -> Iterator[PostgresGround]:
    """A table of so many rows that they are loaded in bulk."""
    spec = SPECS / "ticks.yaml"
    ground = PostgresGround(server_url, [SPECS / "ticks.sql"], [spec, "--scale", 1.1], [spec, "--bulk-load", *MANY])
    with _dropped_at_the_end(ground):
        yield ground


@contextmanager
def shop(server_url: str) -> Iterator[PostgresGround]:
    """A small shop, its keys counted by the database."""
    scripts = [SPECS / "shop.sql", SPECS / "identities.sql"]
    with _dropped_at_the_end(PostgresGround(server_url, scripts, [EAST], BIGGER)) as ground:
        yield ground
