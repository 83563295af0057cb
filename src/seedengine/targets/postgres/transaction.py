"""What happens within one PostgreSQL transaction: rows are found, deleted, loaded, and looked at before the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl
import sqlalchemy as sa

from seedengine.catalog import Catalog, Going, Table, TakenOff
from seedengine.targets.closure import Search, count_filtered
from seedengine.targets.comparing import Comparing
from seedengine.targets.deletion import delete_rows
from seedengine.targets.found import FoundRows
from seedengine.targets.judging import judge
from seedengine.targets.postgres.audit import audit
from seedengine.targets.postgres.bulk import BulkPlan, build_bulk_plan, loading_in_bulk
from seedengine.targets.postgres.catalog import PostgresCatalog, read_catalog
from seedengine.targets.postgres.connection import raw_connection
from seedengine.targets.postgres.copy import copy_rows, update_rows
from seedengine.targets.postgres.errors import translated
from seedengine.targets.postgres.hazards import find_hazards, has_acting_trigger
from seedengine.targets.postgres.identity import read_identity
from seedengine.targets.postgres.passing_indexes import costs, indexed, needs_index
from seedengine.targets.postgres.sequences import find_sequences, move_sequences
from seedengine.targets.postgres.tables import create_tables
from seedengine.targets.postgres.witness import Witness
from seedengine.targets.postgres.workspace import PostgresWorkspace
from seedengine.targets.protocol import BulkLoad, Comparison, ExpectedRows, Removal, Upserted, UpsertTable
from seedengine.targets.relations import Relation, find_relation
from seedengine.targets.unindexed import UnindexedKey, find_unindexed
from seedengine.targets.upsert import Upsert


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
        self._filled: dict[str, set[str]] = {}

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
        self._workspace = self._new_workspace()
        with translated():
            search = Search(self._workspace, removals, self._searches)
            self._found = search.run()
            self._unindexed = [
                (key, locking and needs_index(self._connection, key))
                for key in find_unindexed(self._catalog().relations, search.counts)
                if costs(self._connection, key)
            ]
            return judge(search, few)

    def identity(self) -> str:
        """See `Transaction`."""
        with translated():
            return read_identity(self._connection)

    def digests(self) -> Mapping[str, str]:
        """See `Transaction`."""
        if self._workspace is None:
            return {}
        with translated():
            return {table: self._workspace.digest(found) for table, (found, _) in self._found.items()}

    def hazards(self, filled: Mapping[str, Collection[str]], changed: Collection[str]) -> Sequence[str]:
        """See `Transaction`."""
        with translated():
            return list(find_hazards(self._connection, self._catalog().relations, self._found, filled, changed))

    def compare(self, expected: Sequence[ExpectedRows], removals: Sequence[Removal]) -> Comparison:
        """See `Transaction`."""
        self._searches += 1
        workspace = self._new_workspace()
        with translated():
            return Comparing(workspace, expected, removals, self._searches).run()

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
        self._filled.setdefault(table, set()).update(columns)
        return inserted

    def update(self, table: str, key: Sequence[str], columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """See `Transaction`; one UPDATE from a temporary table."""
        relation = find_relation(self._catalog().relations, table)
        relation.require((*key, *columns))
        with translated():
            updated = update_rows(self._connection, self._catalog(), relation, key, columns, batches)
        self._expect(relation, updated=updated)
        return updated

    def find_again(
        self, removals: Sequence[Removal], filled: Collection[str], changed: Collection[str]
    ) -> Mapping[str, int]:
        """See `Transaction`."""
        relations = self._catalog().relations
        with translated():
            if not has_acting_trigger(self._connection, relations, filled, changed):
                return count_filtered(self._new_workspace(), removals)
            self._searches += 1
            search = Search(self._new_workspace(), removals, self._searches)
            search.run()
            return {table: search.counts.get(table, 0) for table in filled}

    def _new_workspace(self) -> PostgresWorkspace:
        return PostgresWorkspace(self._connection, self._catalog(), lock_rows=not self._read_only)

    def _compared(self, tables: Sequence[UpsertTable]) -> Upsert:
        self._searches += 1
        workspace = self._new_workspace()
        with translated():
            upsert = Upsert(workspace, tables, self._searches)
            upsert.compare()
        return upsert

    def plan_upsert(self, tables: Sequence[UpsertTable]) -> Mapping[str, Upserted]:
        """See `Transaction`."""
        return self._compared(tables).results

    def upsert(self, tables: Sequence[UpsertTable]) -> Mapping[str, Upserted]:
        """See `Transaction`."""
        upsert, relations = self._compared(tables), self._catalog().relations
        with translated():
            for done in upsert.write():
                self._expect(relations[done.table], inserted=done.inserted, updated=done.updated)
        self._filled.update((each.table, set(each.columns)) for each in tables)
        return upsert.results

    def finish(self) -> None:
        """What comes last before a COMMIT: what was done is looked at, and sequences are set past it.

        Raises DatabaseError where the server counted other changes than were meant, or a row refers to none.
        """
        relations = self._catalog().relations
        if self._witness is not None:
            names = {(each.schema or "", each.name): name for name, each in relations.items()}
            self._witness.check(names, self._catalog().partitioned)
        audit(self._connection, self._filled, relations)
        self._remarks += move_sequences(self._connection, find_sequences(self._connection, self._filled, relations))
