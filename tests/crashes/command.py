"""The command: stops runs in every way, and prints one table of what they left."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from crashes import on_postgres
from crashes.on_sqlite import SqliteGround
from crashes.sweeps import (
    around_round_trips,
    bytes_passed,
    moments,
    server_killed,
    stopped_at,
    stopped_everywhere,
    within_pages,
)
from crashes.tally import Tally
from crashes.together import PAIRS, at_once
from server import ServerError, durable_server, running_server

LOCK_TIMEOUT = 0.2
HEADINGS = ("kind", "runs", "ended before", "ended after", "violations")


@dataclass(frozen=True)
class Options:
    """How many runs are stopped at random, and by which moments."""

    kills: int
    server_kills: int
    breaks: int
    random: Random


def round_trips(_: Options) -> Iterator[Tally]:
    """Before and after every round trip to PostgreSQL."""
    with running_server() as url, on_postgres.marketplace(url) as ground:
        yield stopped_everywhere(ground, "PostgreSQL: client killed at every round trip", around_round_trips())


def bulk(_: Options) -> Iterator[Tally]:
    """The same while keys and indexes are off for a bulk load."""
    with running_server() as url, on_postgres.ticks(url) as ground:
        kind = "PostgreSQL, bulk load: client killed at every round trip"
        yield stopped_everywhere(ground, kind, around_round_trips())


def sqlite(_: Options) -> Iterator[Tally]:
    """Before and after every call to SQLite, and in writing every page of its files."""
    with tempfile.TemporaryDirectory(prefix="seedengine-crashes-") as folder:
        ground = SqliteGround(Path(folder))
        yield stopped_everywhere(ground, "SQLite: client killed at every call", around_round_trips())
        yield stopped_everywhere(ground, "SQLite: client killed in writing every page", within_pages())


def kills(options: Options) -> Iterator[Tally]:
    """The client is killed at random moments."""
    with running_server() as url, on_postgres.marketplace(url) as marketplace:
        ends = moments(marketplace, options.kills, options.random)
        yield stopped_at(marketplace, "PostgreSQL: client killed at random", ends)
    with tempfile.TemporaryDirectory(prefix="seedengine-crashes-") as folder:
        shop = SqliteGround(Path(folder))
        yield stopped_at(shop, "SQLite: client killed at random", moments(shop, options.kills, options.random))


def server(options: Options) -> Iterator[Tally]:
    """The server is killed at random moments."""
    with durable_server() as (url, restart), on_postgres.marketplace(url) as ground:
        kind = "PostgreSQL: server killed at random"
        yield server_killed(ground, kind, moments(ground, options.server_kills, options.random), url, restart)


def connections(options: Options) -> Iterator[Tally]:
    """The connection breaks at random bytes."""
    with running_server() as url, on_postgres.marketplace(url) as ground:
        kind = "PostgreSQL: connection broken at random"
        yield stopped_at(ground, kind, bytes_passed(ground, options.breaks, options.random))


def together(_: Options) -> Iterator[Tally]:
    """Eight runs at once."""
    with (
        running_server() as url,
        on_postgres.shop(url) as shop,
        tempfile.TemporaryDirectory(prefix="seedengine-crashes-") as folder,
    ):
        for database, ground in (("PostgreSQL", shop), ("SQLite", SqliteGround(Path(folder)))):
            for name, pair in PAIRS.items():
                yield at_once(ground, f"{database}: 8 at once, {name}", pair, 8)
                kind = f"{database}: the same, --lock-timeout {LOCK_TIMEOUT}"
                yield at_once(ground, kind, pair, 8, LOCK_TIMEOUT)


WAYS: dict[str, Callable[[Options], Iterator[Tally]]] = {
    "round-trips": round_trips,
    "bulk": bulk,
    "sqlite": sqlite,
    "kills": kills,
    "server": server,
    "connections": connections,
    "together": together,
}


def main(arguments: Sequence[str]) -> int:
    """Stop runs in all ways, or in those that are named; 1 where anything was violated."""
    options = parser().parse_args(arguments)
    tallies: list[Tally] = []
    try:
        for way in options.ways or WAYS:
            chosen = Options(options.kills, options.server_kills, options.breaks, Random(options.random_seed))
            for tally in WAYS[way](chosen):
                tallies.append(tally)
                print(tally, file=sys.stderr, flush=True)
    except ServerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(render(tallies))
    return 1 if any(tally.violations for tally in tallies) else 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="python tests/crashes",
        description="Stop runs in every way, and print what they left; violations come on stderr as they are found.",
    )
    made.add_argument(
        "ways", nargs="*", metavar="WAY", type=way_name, help=f"only these: {', '.join(WAYS)}"
    )  # fmt: skip
    made.add_argument("--kills", type=int, default=200, metavar="N", help="clients killed (default: %(default)s)")
    made.add_argument("--server-kills", type=int, default=20, metavar="N", help="servers killed (default: %(default)s)")
    made.add_argument("--breaks", type=int, default=20, metavar="N", help="broken connections (default: %(default)s)")
    made.add_argument("--random-seed", type=int, default=1, metavar="N", help="of the moments (default: %(default)s)")
    return made


def way_name(text: str) -> str:
    """One of the ways."""
    if text not in WAYS:
        raise argparse.ArgumentTypeError(f"`{text}` is none of {', '.join(WAYS)}")
    return text


def render(tallies: Sequence[Tally]) -> str:
    """The tallies as a Markdown table."""
    rows = [HEADINGS] + [
        (each.kind, *map(str, (each.runs, each.before, each.after, len(each.violations)))) for each in tallies
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows
    )
