"""An SQLite file: one transaction that makes tables, deletes and loads, and nothing of which stays when it fails."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from urllib.parse import quote

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from seedengine.catalog import Catalog, Going, Table, TakenOff
from seedengine.diagnostics import DatabaseError
from seedengine.targets.closure import Search
from seedengine.targets.commit import uninterrupted
from seedengine.targets.ddl import index_name
from seedengine.targets.deletion import delete_rows
from seedengine.targets.found import FoundRows
from seedengine.targets.judging import judge
from seedengine.targets.protocol import BulkLoad, Removal
from seedengine.targets.relations import Relation, find_relation, has_circle
from seedengine.targets.sqlite.catalog import APPLICATION_ID, read_relations
from seedengine.targets.sqlite.errors import translated
from seedengine.targets.sqlite.insert import insert_rows, update_rows
from seedengine.targets.sqlite.passing_indexes import indexed, needs_index
from seedengine.targets.sqlite.tables import create_indexes, create_tables, settle
from seedengine.targets.sqlite.workspace import SqliteWorkspace
from seedengine.targets.unindexed import UnindexedKey, find_unindexed

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

    def inspect(self) -> Catalog:
        """See `Target`; a file that does not exist holds nothing, and is not made."""
        with self.begin(read_only=True) as transaction:
            return transaction.catalog()

    @contextmanager
    def begin(self, *, read_only: bool = False, witnessed: bool = True) -> Iterator[SqliteTransaction]:
        """See `Target`."""
        connection, made = self._connect(read_only)
        try:
            transaction = SqliteTransaction(connection, self.name, witnessed=witnessed)
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


class SqliteTransaction:
    """See `Transaction`."""

    def __init__(self, connection: sa.Connection, file: str, *, witnessed: bool) -> None:
        self._connection = connection
        self._file = file
        self._witnessed = witnessed
        self._read: dict[str, Relation] | None = None
        self._outgrown: dict[str, tuple[Table, Table]] = {}
        self._made: list[Table] = []
        self._workspace: SqliteWorkspace | None = None
        self._found: dict[str, tuple[FoundRows, int]] = {}
        self._indexed: list[UnindexedKey] = []
        self._searches = 0
        self.notes: list[str] = []

    def _relations(self) -> dict[str, Relation]:
        if self._read is None:
            with translated(self._file):
                self._read = read_relations(self._connection)
        return self._read

    def _is_ours(self) -> bool:
        """Whether seedengine made the file, or is about to: one without tables is nobody else's."""
        with translated(self._file):
            mark = self._connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        return bool(mark == APPLICATION_ID or (mark == 0 and not self._relations()))

    def catalog(self) -> Catalog:
        """What the file holds as this transaction sees it."""
        tables = {name: relation.table for name, relation in self._relations().items()}
        return Catalog(tables, ours=self._is_ours())

    def create(self, tables: Sequence[Table]) -> None:
        """See `Transaction`; a file without any table becomes seedengine's own."""
        held, ours = self._relations(), self._is_ours()
        with translated(self._file):
            if ours:
                self._connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            outgrown = create_tables(self._connection, held, tables, self._file, ours=ours)
        self._outgrown = {name: (table, held[name].table) for name, table in outgrown.items()}
        self._made = [table for table in tables if ours or table.name not in held]
        # While a row waits for the one that it refers to, SQLite looks through the children of every row that comes.
        if has_circle([*tables, *(relation.table for relation in held.values())]):
            self._make_indexes()
        self._read = None

    def _make_indexes(self) -> None:
        with translated(self._file):
            create_indexes(self._connection, self._made)

    def find(
        self,
        removals: Sequence[Removal],
        *,
        locking: bool = False,  # noqa: ARG002
        few: int = 0,
    ) -> Mapping[str, Going]:
        """See `Transaction`; the whole file is locked in any case."""
        self._searches += 1
        self._workspace = SqliteWorkspace(self._connection, self._relations())
        with translated(self._file):
            search = Search(self._workspace, removals, self._searches)
            self._found = search.run()
            made = {table.name for table in self._made}
            others = {name: relation for name, relation in self._relations().items() if name not in made}
            unindexed = list(find_unindexed(others, search.counts))
            self._indexed = [key for key in unindexed if needs_index(self._connection, key, search.counts)]
            going = judge(search, few)
        self.notes = [
            key.note(key.creation(index_name(key.relation.name, key.key.columns)), helped=key in self._indexed)
            for key in unindexed
        ]
        return going

    def delete(self) -> Mapping[str, int]:
        """See `Transaction`."""
        if self._workspace is None:
            return {}
        before = self._changes()
        with translated(self._file), indexed(self._connection, self._indexed):
            deleted = delete_rows(self._workspace, self._found)
        self._witness(before, sum(deleted.values()), "deleted")
        return deleted

    def _changes(self) -> int:
        return _raw(self._connection).total_changes

    def _witness(self, before: int, meant: int, work: str) -> None:
        """Raises DatabaseError where SQLite counted other changes, those of triggers and of foreign keys too."""
        seen = self._changes() - before
        if self._witnessed and seen != meant:
            raise DatabaseError(
                f"{seen} rows were changed while {meant} were {work}",
                "a trigger of the database did more than was planned; nothing was changed. Where that is meant, give "
                "`--unwitnessed`",
            )

    def plan_bulk(self, load: BulkLoad) -> tuple[Sequence[TakenOff], Sequence[str]]:  # noqa: ARG002
        """See `Transaction`; nothing is taken off."""
        return (), ()

    def loading(self, load: BulkLoad | None) -> AbstractContextManager[Sequence[str]]:  # noqa: ARG002
        """See `Transaction`; keys and indexes stay in place."""
        return nullcontext(())

    def load(self, table: str, columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """See `Transaction`."""
        self._settle(table)
        relation = find_relation(self._relations(), table)
        relation.require(columns)
        before = self._changes()
        with translated(self._file):
            inserted = insert_rows(self._connection, relation, columns, batches)
        self._witness(before, inserted, f"inserted into `{table}`")
        return inserted

    def update(self, table: str, key: Sequence[str], columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """See `Transaction`."""
        relation = find_relation(self._relations(), table)
        relation.require((*key, *columns))
        before = self._changes()
        with translated(self._file):
            updated = update_rows(self._connection, relation, key, columns, batches)
        self._witness(before, updated, f"updated in `{table}`")
        return updated

    def _settle(self, table: str) -> None:
        if table in self._outgrown:
            with translated(self._file):
                settle(self._connection, *self._outgrown.pop(table), self._file)
            self._read = None

    def finish(self) -> None:
        """Commit; raises DatabaseError that names table and row where a foreign key leads nowhere.

        Tables that were made get their indexes now, which is faster than with each row.
        """
        for table in list(self._outgrown):
            self._settle(table)
        self._make_indexes()
        raw = _raw(self._connection)
        with translated(self._file):
            try:
                with uninterrupted():
                    raw.commit()
            except sqlite3.IntegrityError:
                table, _, parent, _ = raw.execute("PRAGMA foreign_key_check").fetchone()
            else:
                return
        raise DatabaseError(
            f"a row of `{table}` refers to a `{parent}` that does not exist",
            "let the field draw from an entity of that table with `ref`",
        )


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
