"""PostgreSQL: one transaction that finds, deletes and loads, and nothing of which stays when it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from math import ceil

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from seedengine.catalog import Catalog
from seedengine.diagnostics import DatabaseError
from seedengine.targets.commit import uninterrupted
from seedengine.targets.postgres.address import Address
from seedengine.targets.postgres.connection import Place, make_engine, raw_connection, resolve_place
from seedengine.targets.postgres.errors import explain, explain_commit, naming_wait, translated
from seedengine.targets.postgres.protection import read_mark, set_mark
from seedengine.targets.postgres.transaction import PostgresTransaction
from seedengine.targets.postgres.witness import Witness
from seedengine.targets.protection import Protection, refuse_protected

# All of them end with the transaction, so that a pooled session goes on as it was. With the usual memory for work,
# joins with the rows that go would go through the tables several times.
_SETTINGS = """
SELECT set_config('lock_timeout', :lock, true),
       set_config('extra_float_digits', '1', true),
       set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
       set_config('intervalstyle', 'postgres', true), set_config('row_security', 'off', true),
       set_config('work_mem', greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 65536) || 'kB', true)
"""
# Lets the server end a transaction whose client was killed while a statement runs; it needs epoll or kqueue.
_WATCH_CLIENT = """
SELECT set_config(name, '500ms', true) FROM pg_catalog.pg_settings
WHERE name = 'client_connection_check_interval' AND version() ~* 'linux|darwin|bsd'
"""
# A load takes as long as it takes: what ends other people's long statements would only end it halfway.
_WAITS = """
SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)
"""
_LOCK_KEY = int.from_bytes(b"seedengi")
"""The advisory lock, of one database each, that a writing transaction holds."""

_SCHEMA_EXISTS = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = :schema)"
_SEARCH_PATH = "SELECT set_config('search_path', quote_ident(:schema), true)"


class PostgresTarget:
    """A PostgreSQL database, connected to when it is opened."""

    def __init__(self, address: Address, lock_seconds: float) -> None:
        self._address = address
        self._lock_seconds = lock_seconds
        self._engine = make_engine(address)
        self._in_use = False
        self._connection: sa.Connection | None
        self._connection, self._place = self._connect()

    @property
    def name(self) -> str:
        """The masked URL of where the driver really connected to."""
        return self._place.name

    @property
    def notes(self) -> Sequence[str]:
        """Parameters of the URL that were ignored."""
        return self._address.notes

    @property
    def guarded(self) -> str | None:
        """`HOST/DATABASE` where the driver really connected to another machine, else None."""
        return self._place.elsewhere

    def require(self) -> None:
        """See `Target`; there is a connection to it."""

    def inspect(self) -> Catalog:
        """See `Target`; tables of other schemas that hang on one of ours are named `schema.table`."""
        with self.begin(read_only=True) as transaction:
            return transaction.catalog()

    def protect(self) -> Protection:
        """See `Target`; it waits for a run that writes."""
        with self._connected() as connection, naming_wait(self._lock_seconds, read_only=False):
            self._prepare(connection)
            _wait_for_turn(connection, self._lock_seconds)
            with translated():
                protection = set_mark(connection)
            with translated(explain_commit), uninterrupted():
                connection.commit()
        return protection

    @contextmanager
    def begin(
        self, *, read_only: bool = False, witnessed: bool = True, unprotect: str | None = None
    ) -> Iterator[PostgresTransaction]:
        """See `Target`."""
        with self._connected() as connection, naming_wait(self._lock_seconds, read_only=read_only):
            if read_only:
                # Its temporary tables are made first, and nothing else is written from then on.
                with translated():
                    connection.execute(sa.text("SET TRANSACTION READ WRITE"))
            self._prepare(connection)
            if not read_only:
                _wait_for_turn(connection, self._lock_seconds)
                _refuse_protected(connection, unprotect)
            with translated():
                witness = Witness(connection) if witnessed and not read_only else None
            transaction = PostgresTransaction(connection, witness, read_only=read_only)
            yield transaction
            if not read_only:
                with translated():
                    # A deferred constraint speaks now, and not as a failed COMMIT.
                    connection.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
                    transaction.finish()
                with translated(explain_commit), uninterrupted():
                    connection.commit()

    def _connect(self) -> tuple[sa.Connection, Place]:
        with translated():
            connection = self._engine.connect()
        return connection, resolve_place(raw_connection(connection), self._address)

    def _prepare(self, connection: sa.Connection) -> None:
        with translated():
            connection.execute(sa.text(_SETTINGS), {"lock": f"{ceil(self._lock_seconds * 1000)}ms"})
            connection.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))
            schema = self._address.schema
            if schema is None:
                return
            if not connection.execute(sa.text(_SCHEMA_EXISTS), {"schema": schema}).scalar_one():
                raise DatabaseError(f"the database has no schema `{schema}`", "create it first")
            connection.execute(sa.text(_SEARCH_PATH), {"schema": schema})

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        """The one connection, with no transaction open afterwards; it is made anew where it broke."""
        if self._in_use:
            raise RuntimeError("a target has one transaction at a time")
        if self._connection is None or self._connection.closed or raw_connection(self._connection).closed:
            self._connection, place = self._connect()
            if place != self._place:
                self.close()
                raise DatabaseError(
                    "the connection broke, and a new one leads to another server", "nothing was changed; run it again"
                )
        connection = self._connection
        self._in_use = True
        try:
            yield connection
            connection.rollback()
        except BaseException:
            # Whatever went wrong, Ctrl-C included: a closed connection is a transaction rolled back.
            with suppress(SQLAlchemyError, psycopg.Error):
                connection.rollback()
            self.close()
            raise
        finally:
            self._in_use = False

    def close(self) -> None:
        """See `Target`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, psycopg.Error):
                connection.close()
        self._engine.dispose()


def _wait_for_turn(connection: sa.Connection, seconds: float) -> None:
    """Take the lock that one run holds at a time; raises DatabaseError where another holds it for too long."""

    def explain_wait(error: BaseException | None) -> DatabaseError:
        if not isinstance(error, psycopg.errors.LockNotAvailable):
            return explain(error)
        return DatabaseError(
            f"another run of seedengine has been writing to this database for {seconds:g} s",
            "nothing was changed; run it again when it is done, or wait longer with `--lock-timeout`",
        )

    with translated(explain_wait):
        connection.execute(sa.text(_WATCH_CLIENT))
        connection.execute(sa.text(_WAITS))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def _refuse_protected(connection: sa.Connection, unprotect: str | None) -> None:
    with translated():
        database, marked = read_mark(connection)
    if marked:
        refuse_protected(database, unprotect)
