"""Runs the command line, and says of each call to SQLite that it comes, or is over, then waits to be let go on.

Arguments: the descriptor of a socket for that, then those of the command line. Nothing of the command line is replaced,
only the class of the connections that the module `sqlite3` makes.
"""

import socket
import sqlite3
import sys
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from seedengine.cli import main

COMES, OVER, GO_ON = b"<", b">", b"."


def announced(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, which whoever holds the other end of the socket may let happen or not."""

    @wraps(method)
    def call(*arguments: Any, **options: Any) -> Any:
        _say(COMES)
        try:
            return method(*arguments, **options)
        finally:
            _say(OVER)

    return call


def _say(what: bytes) -> None:
    channel.sendall(what)
    channel.recv(1)


class AnnouncedCursor(sqlite3.Cursor):
    """A cursor that says what it is about to do."""

    execute = announced(sqlite3.Cursor.execute)
    executemany = announced(sqlite3.Cursor.executemany)
    executescript = announced(sqlite3.Cursor.executescript)


class AnnouncedConnection(sqlite3.Connection):
    """A connection that says what it is about to do."""

    commit = announced(sqlite3.Connection.commit)
    rollback = announced(sqlite3.Connection.rollback)
    close = announced(sqlite3.Connection.close)

    def cursor(self, *_: Any, **__: Any) -> Any:
        """A cursor that says what it is about to do."""
        return super().cursor(AnnouncedCursor)

    def execute(self, *arguments: Any) -> Any:
        """As it was, by such a cursor."""
        return self.cursor().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        """As it was, by such a cursor."""
        return self.cursor().executemany(*arguments)


if __name__ == "__main__":
    channel = socket.socket(fileno=int(sys.argv.pop(1)))
    sqlite3.connect = partial(sqlite3.connect, factory=AnnouncedConnection)  # type: ignore[assignment]
    main()
