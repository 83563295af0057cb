"""An SQLite file: one transaction that makes tables, deletes and loads, and nothing of which stays when it fails."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from seedengine.catalog import Catalog
from seedengine.diagnostics import DatabaseError
from seedengine.targets.commit import uninterrupted
from seedengine.targets.protection import Protection, refuse_protected
from seedengine.targets.sqlite.errors import translated
from seedengine.targets.sqlite.protection import is_marked, set_mark
from seedengine.targets.sqlite.transaction import SqliteTransaction

CACHE_KILOBYTES = 64 * 1024
"""So much of a file, and of temporary tables, is held in memory: what is written to it before it must be."""


class SqliteTarget:
    """An SQLite file, which is made by the first transaction that ends well where it does not exist."""

    notes: Sequence[str] = ()
    guarded: str | None = None

    def __init__(self, path: Path, lock_seconds: float) -> None:
        self._name = str(path)
        self._lock_seconds = lock_seconds
        # Where a symbolic link leads, so that a link to a file that is yet to be made is like its name.
        self._path = Path(os.path.realpath(path))
        self._check()

    def _check(self) -> None:
        try:
            mode = self._path.stat().st_mode
        except FileNotFoundError:
            if self._path.parent.is_dir():
                return
            reason, help = f"the folder of `{self._name}` does not exist", "make it first, or name another file"
        except OSError as error:
            reason, help = f"`{self._name}` cannot be opened: {error.strerror}", "give another file"
        else:
            if stat.S_ISREG(mode):
                return
            if stat.S_ISDIR(mode):
                reason, help = f"`{self._name}` is a folder", "name a file in it"
            else:
                # SQLite would wait for ever for the other end of a pipe.
                reason, help = f"`{self._name}` is not an ordinary file", "give another file"
        raise DatabaseError(reason, help)

    @property
    def name(self) -> str:
        """The file's name as it was given."""
        return self._name

    def require(self) -> None:
        """See `Target`."""
        if not self._path.exists():
            raise DatabaseError(f"`{self._name}` does not exist", "look at the name, or make the file first")

    def inspect(self) -> Catalog:
        """See `Target`; a file that does not exist holds nothing, and is not made."""
        with self.begin(read_only=True) as transaction:
            return transaction.catalog()

    def protect(self) -> Protection:
        """See `Target`; raises DatabaseError where there is no such file."""
        self.require()
        with closing(self._open(read_only=False, begin="BEGIN IMMEDIATE")) as connection, translated(self._name):
            protection = set_mark(connection, self._path.name)
            with uninterrupted():
                connection.commit()
        return protection

    @contextmanager
    def begin(
        self, *, read_only: bool = False, witnessed: bool = True, unprotect: str | None = None
    ) -> Iterator[SqliteTransaction]:
        """See `Target`."""
        connection, made = self._connect(read_only)
        try:
            if not read_only and self._is_protected(connection):
                refuse_protected(self._path.name, unprotect)
            transaction = SqliteTransaction(connection, self.name, self._path, witnessed=witnessed)
            with translated(self.name):
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            yield transaction
            if not read_only:
                transaction.finish()
                made = False
        except BaseException:
            if made:
                # While the lock is held, so that whoever waits for it sees that the file is another's no more.
                self._path.unlink(missing_ok=True)
            with suppress(SQLAlchemyError, sqlite3.Error):
                connection.rollback()
            raise
        finally:
            with suppress(SQLAlchemyError, sqlite3.Error):
                connection.close()

    def _connect(self, read_only: bool) -> tuple[sa.Connection, bool]:
        """A connection with a transaction begun, and whether it made the file."""
        if read_only:
            self._recover()
            return self._open(read_only=True), False
        while True:
            made = self._make()
            before = self._identity()
            # Another run, which had made the file, may fail and take it away while this one waits for its lock.
            try:
                connection = self._open(read_only=False, begin="BEGIN IMMEDIATE")
            except DatabaseError:
                if self._identity() == before:
                    raise
                continue
            if self._identity() == before:
                return connection, made
            connection.close()

    def _is_protected(self, connection: sa.Connection) -> bool:
        with translated(self._name):
            return is_marked(connection)

    def _recover(self) -> None:
        """Undo what a run that was killed has left half done, which a connection for reading only cannot."""
        journal = self._path.with_name(f"{self._path.name}-journal")
        if journal.exists() and os.access(self._path, os.W_OK):
            self._open(read_only=False).close()

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _make(self) -> bool:
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            return False
        except OSError as error:
            reason = error.strerror
        else:
            return True
        raise DatabaseError(f"`{self._name}` cannot be made: {reason}", "name a file in a folder that can be written")

    def _open(self, *, read_only: bool, begin: str = "BEGIN") -> sa.Connection:
        """A connection whose first statement is `begin`, and which has read the file once."""
        if read_only and not self._path.exists():
            database, uri = ":memory:", False
        else:
            mode = "ro" if read_only else "rw"
            database, uri = f"file:{quote(str(self._path))}?mode={mode}", True
        engine = sa.create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(
                database, uri=uri, timeout=self._lock_seconds, isolation_level=None, check_same_thread=False
            ),
            poolclass=sa.NullPool,
            hide_parameters=True,
        )
        with translated(self.name):
            connection = engine.connect()
            try:
                connection.exec_driver_sql("PRAGMA foreign_keys = ON")
                for schema in ("main", "temp"):
                    connection.exec_driver_sql(f"PRAGMA {schema}.cache_size = -{CACHE_KILOBYTES}")
                connection.exec_driver_sql(begin)
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            except BaseException:
                connection.close()
                raise
        return connection

    def close(self) -> None:
        """See `Target`; no connection outlives its transaction."""
