"""PostgreSQL: one transaction that finds, deletes and loads, and nothing of which stays when it fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import polars as pl
import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from seedengine.catalog import Catalog, Going, Table, TakenOff
from seedengine.diagnostics import DatabaseError
from seedengine.targets.closure import Search
from seedengine.targets.commit import uninterrupted
from seedengine.targets.deletion import delete_rows
from seedengine.targets.found import FoundRows
from seedengine.targets.judging import judge
from seedengine.targets.postgres.address import Address
from seedengine.targets.postgres.bulk import BulkPlan, build_bulk_plan, loading_in_bulk
from seedengine.targets.postgres.catalog import PostgresCatalog, read_catalog
from seedengine.targets.postgres.connection import make_engine, raw_connection, resolved_elsewhere, resolved_name
from seedengine.targets.postgres.copy import copy_rows, update_rows
from seedengine.targets.postgres.errors import explain, explain_commit, translated
from seedengine.targets.postgres.passing_indexes import indexed, needs_index
from seedengine.targets.postgres.tables import create_tables
from seedengine.targets.postgres.witness import Witness
from seedengine.targets.postgres.workspace import PostgresWorkspace
from seedengine.targets.protocol import BulkLoad, Removal
from seedengine.targets.relations import Relation, find_relation
from seedengine.targets.unindexed import UnindexedKey, find_unindexed

# All of them end with the transaction, so that a pooled session goes on as it was. With the usual memory for work,
# joins with the rows that go would go through the tables several times.
_SETTINGS = """
SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
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
SELECT set_config('lock_timeout', :lock, true), set_config('statement_timeout', '0', true),
       set_config('idle_in_transaction_session_timeout', '0', true)
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
        self._connection: sa.Connection | None = None
        self._in_use = False
        with self._connected() as connection:
            self._name = resolved_name(raw_connection(connection), address)
            self._guarded = resolved_elsewhere(raw_connection(connection), address)

    @property
    def name(self) -> str:
        """The masked URL of where the driver really connected to."""
        return self._name

    @property
    def notes(self) -> Sequence[str]:
        """Parameters of the URL that were ignored."""
        return self._address.notes

    @property
    def guarded(self) -> str | None:
        """`HOST/DATABASE` where the driver really connected to another machine, else None."""
        return self._guarded

    def inspect(self) -> Catalog:
        """See `Target`; tables of other schemas that hang on one of ours are named `schema.table`."""
        with self.begin(read_only=True) as transaction:
            return transaction.catalog()

    @contextmanager
    def begin(self, *, read_only: bool = False, witnessed: bool = True) -> Iterator[PostgresTransaction]:
        """See `Target`."""
        with self._connected() as connection:
            self._prepare(connection)
            if not read_only:
                _wait_for_turn(connection, self._lock_seconds)
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

    def _prepare(self, connection: sa.Connection) -> None:
        with translated():
            connection.execute(sa.text(_SETTINGS))
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
            with translated():
                self._connection = self._engine.connect()
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
    """Take the lock that one run holds at a time; raises DatabaseError where another holds it for too long.

    No lock is waited for any longer from here on.
    """

    def explain_wait(error: BaseException | None) -> DatabaseError:
        if not isinstance(error, psycopg.errors.LockNotAvailable):
            return explain(error)
        return DatabaseError(
            f"another run of seedengine has been writing to this database for {seconds:g} s",
            "nothing was changed; run it again when it is done, or wait longer with `--lock-timeout`",
        )

    with translated(explain_wait):
        connection.execute(sa.text(_WATCH_CLIENT))
        connection.execute(sa.text(_WAITS), {"lock": f"{seconds * 1000:.0f}ms"})
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


class PostgresTransaction:
    """See `Transaction`."""

    def __init__(self, connection: sa.Connection, witness: Witness | None, *, read_only: bool) -> None:
        self._connection = connection
        self._witness = witness
        self._read_only = read_only
        self._read: PostgresCatalog | None = None
        self._workspace: PostgresWorkspace | None = None
        self._found: dict[str, tuple[FoundRows, int]] = {}
        self._unindexed: list[tuple[UnindexedKey, bool]] = []
        self._searches = 0
        self._remarks: list[str] = []

    @property
    def notes(self) -> Sequence[str]:
        """See `Transaction`."""
        return [*(key.note(key.creation(), helped=helped) for key, helped in self._unindexed), *self._remarks]

    def _catalog(self) -> PostgresCatalog:
        if self._read is None:
            with translated():
                self._read = read_catalog(self._connection)
        return self._read

    def catalog(self) -> Catalog:
        """What the database holds as this transaction sees it."""
        return Catalog({name: relation.table for name, relation in self._catalog().relations.items()})

    def create(self, tables: Sequence[Table]) -> None:
        """See `Transaction`; tables that exist are left as they are."""
        with translated():
            create_tables(self._connection, self._catalog().relations, tables)
        self._read = None

    def find(self, removals: Sequence[Removal], *, locking: bool = False, few: int = 0) -> Mapping[str, Going]:
        """See `Transaction`."""
        self._searches += 1
        self._workspace = PostgresWorkspace(self._connection, self._catalog(), lock_rows=not self._read_only)
        with translated():
            search = Search(self._workspace, removals, self._searches)
            self._found = search.run()
            self._unindexed = [
                (key, locking and needs_index(self._connection, key))
                for key in find_unindexed(self._catalog().relations, search.counts)
            ]
            return judge(search, few)

    def delete(self) -> Mapping[str, int]:
        """See `Transaction`."""
        if self._workspace is None:
            return {}
        found, self._found = self._found, {}
        helped = [key for key, helped in self._unindexed if helped]
        with translated(), indexed(self._connection, helped) as notes:
            self._remarks += notes
            deleted = delete_rows(self._workspace, found)
        for table, count in deleted.items():
            self._expect(self._catalog().relations[table], deleted=count)
        return deleted

    def _expect(self, relation: Relation, **work: int) -> None:
        if self._witness is not None:
            self._witness.expect(relation, **work)

    def plan_bulk(self, load: BulkLoad) -> tuple[Sequence[TakenOff], Sequence[str]]:
        """See `Transaction`."""
        plan = self._bulk_plan(load)
        return plan.steps(), plan.notes

    @contextmanager
    def loading(self, load: BulkLoad | None) -> Iterator[Sequence[str]]:
        """See `Transaction`; it locks the tables of a bulk load until the transaction ends."""
        plan = BulkPlan() if load is None else self._bulk_plan(load)
        with loading_in_bulk(self._connection, plan, self._catalog().labels) as (steps, notes):
            off = {(step.table, name) for step in steps for name in step.foreign_keys}
            self._unindexed = [
                each for each in self._unindexed if (each[0].relation.table.name, each[0].key.name) not in off
            ]
            yield notes

    def _bulk_plan(self, load: BulkLoad) -> BulkPlan:
        going = {table: count for table, (_, count) in self._found.items()}
        with translated():
            return build_bulk_plan(self._connection, self._catalog(), load, going)

    def load(self, table: str, columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """See `Transaction`; one COPY for all batches."""
        catalog = self._catalog()
        relation = find_relation(catalog.relations, table)
        relation.require(columns)
        inserted = copy_rows(raw_connection(self._connection), relation, columns, batches, catalog.labels)
        self._expect(relation, inserted=inserted)
        return inserted

    def update(self, table: str, key: Sequence[str], columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """See `Transaction`; one UPDATE from a temporary table."""
        relation = find_relation(self._catalog().relations, table)
        relation.require((*key, *columns))
        with translated():
            updated = update_rows(self._connection, self._catalog(), relation, key, columns, batches)
        self._expect(relation, updated=updated)
        return updated

    def finish(self) -> None:
        """What comes last before a COMMIT: raises DatabaseError where more or less was done than was meant."""
        if self._witness is not None:
            names = {(each.schema or "", each.name): name for name, each in self._catalog().relations.items()}
            self._witness.check(names)
