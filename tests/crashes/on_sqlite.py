"""The ground on SQLite."""

import select
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from crashes.announced import COMES, GO_ON
from crashes.contents import Contents, read_sqlite
from crashes.ends import DEADLINE, Course, End, Moment, RoundTrip, Size, finished, start
from crashes.grounds import BIGGER, EAST, SPECS, Ground

_HERE = Path(__file__).resolve().parent


class SqliteGround(Ground):
    """A shop in a file of a folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "shop.db"
        self._kept = folder / "kept.db"
        super().__init__([EAST], BIGGER)

    @property
    def url(self) -> str:
        """See `Ground`."""
        return f"sqlite:///{self._file}"

    @property
    def size(self) -> int:
        """The bytes of the file as it is now."""
        return self._file.stat().st_size

    def prepare(self) -> None:
        """See `Ground`."""
        with closing(sqlite3.connect(self._file)) as connection:
            connection.executescript((SPECS / "shop.sql").read_text(encoding="utf-8"))

    def keep(self) -> None:
        """See `Ground`."""
        shutil.copy(self._file, self._kept)

    def reset(self) -> None:
        """See `Ground`."""
        self._file.with_name("shop.db-journal").unlink(missing_ok=True)
        shutil.copy(self._kept, self._file)

    def contents(self) -> Contents:
        """See `Ground`."""
        return read_sqlite(self._file)

    def attempt(self, end: End | None, strike: Callable[[], None] | None = None) -> Course:
        """See `Ground`; a round trip is a call of the module `sqlite3`. Nothing of an earlier attempt is left."""
        self.reset()
        words = self.command(self.later)[1:]
        if isinstance(end, Size):
            course = finished(start([sys.executable, _HERE / "bounded.py", end.size, *words]))
            return Course(course.code, course.said, reached=course.code == -signal.SIGXFSZ)
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                command = [sys.executable, _HERE / "announced.py", theirs.fileno(), *words]
                process = start(command, theirs.fileno())
            reached, calls, seconds = _follow(ours, end, strike or process.kill)
            course = finished(process)
        return Course(course.code, course.said, reached, calls, 0, seconds)


def _follow(announcements: socket.socket, end: End | None, strike: Callable[[], None]) -> tuple[bool, int, float]:
    """Let every announced call happen until the end; whether that came, how many calls did, and the time they took."""
    calls = 0
    first = last = 0.0
    while True:
        wait = max(0, first + end.seconds - time.monotonic()) if calls and isinstance(end, Moment) else DEADLINE
        if not select.select([announcements], [], [], wait)[0]:
            assert isinstance(end, Moment), "the client stands still"
            strike()
            return True, calls, last - first
        said = announcements.recv(1)
        last = time.monotonic()
        first = first or last
        if not said:
            return False, calls, last - first
        calls += said == COMES
        if end == RoundTrip(calls, "before" if said == COMES else "after"):
            strike()
            return True, calls, last - first
        announcements.sendall(GO_ON)
