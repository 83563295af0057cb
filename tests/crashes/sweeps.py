"""The ways in which a run is stopped."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from random import Random

import psycopg

from crashes.ends import Byte, End, Moment, RoundTrip, Size
from crashes.grounds import Ground
from crashes.tally import Tally, attempt

_PROCESSES = """
SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int
UNION ALL (SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid())
"""
_PAST_THE_END = 1.1
"""Some of the moments lie behind the end of a run, which takes now longer and now shorter."""

PAGE = 4096


def stopped_at(
    ground: Ground,
    kind: str,
    ends: Iterable[End],
    strike: Callable[[], None] | None = None,
    repair: Callable[[], None] | None = None,
) -> Tally:
    """One run up to each of some ends; see `attempt`."""
    tally = Tally(kind)
    for end in ends:
        attempt(ground, tally, end, strike, repair)
    return tally


def stopped_everywhere(ground: Ground, kind: str, ends: Iterable[End]) -> Tally:
    """One run up to each of endless ends, until there is a run that does not come so far."""
    tally = Tally(kind)
    for end in ends:
        if not attempt(ground, tally, end).reached:
            break
    return tally


def around_round_trips() -> Iterator[RoundTrip]:
    """Before and after every round trip."""
    for number in count(1):
        yield RoundTrip(number, "before")
        yield RoundTrip(number, "after")


def within_pages() -> Iterator[Size]:
    """In writing every page of a file, which then is written in part."""
    return (Size(page * PAGE + PAGE // 3) for page in count())


def moments(ground: Ground, number: int, random: Random) -> Iterator[Moment]:
    """Random moments from a run's first contact with the database on."""
    return (Moment(random.uniform(0, _PAST_THE_END * ground.whole.seconds)) for _ in range(number))


def bytes_passed(ground: Ground, number: int, random: Random) -> Iterator[Byte]:
    """Random bytes of all that goes through a run's connection."""
    return (Byte(random.randint(1, ground.whole.passed)) for _ in range(number))


def server_killed(
    ground: Ground, kind: str, ends: Iterable[End], server_url: str, restart: Callable[[], None]
) -> Tally:
    """As `stopped_at`, where every process of the server is killed, which then is started again."""
    return stopped_at(ground, kind, ends, partial(_kill_server, server_url), restart)


def _kill_server(url: str) -> None:
    with psycopg.connect(url) as connection:
        for (process,) in connection.execute(_PROCESSES).fetchall():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        connection.close()
