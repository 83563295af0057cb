"""What the engine asks of a target: its catalog, and one transaction that cleans and loads."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from seedengine.catalog import Catalog, ForeignKey, Going, Table, TakenOff
from seedengine.diagnostics import DatabaseError
from seedengine.differences import EntityDifferences, ExtraRows
from seedengine.spec.cleanup import RowFilter, TableFilter
from seedengine.targets.protection import Protection


@dataclass(frozen=True, slots=True)
class GeneratedRows:
    """Rows that a spec makes, to be recognised in a table: one is there when all of `columns` are equal.

    `keyed` says that the columns are a key that can be nobody else's.
    """

    columns: tuple[str, ...]
    batches: Callable[[], Iterable[pl.DataFrame]]
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """Which rows of a table go of themselves; whatever hangs on them by foreign key goes too.

    Rows go that match `where`, or that are among `generated`, or all of them when `everything` is set.
    `follows` names the one foreign key column by which a row of this table hangs on another.

    `implied` says that no cleanup names the table and its keys could be anybody's, so that rows which look generated
    may be somebody's: what hangs on such a row must be among `own`, the rows that the spec makes in a table.
    """

    table: str
    where: RowFilter | None = None
    generated: tuple[GeneratedRows, ...] = ()
    everything: bool = False
    follows: str | None = None
    implied: bool = False
    own: tuple[GeneratedRows, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedRows:
    """The `rows` that an entity makes for a table: `key` tells one from another, or all columns do where it is empty.

    `batches` makes them with some of these columns.
    """

    entity: str
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    batches: Callable[[tuple[str, ...]], Iterable[pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a database has of the rows that were expected, and what it has besides."""

    entities: tuple[EntityDifferences, ...]
    extra: tuple[ExtraRows, ...]


class RowRefused(DatabaseError):
    """The database refused one row of a load: `row` counts from 0 over the whole load, `column` where it is known."""

    def __init__(self, message: str, table: str, row: int | None, column: str | None, help: str | None = None):
        super().__init__(message, help)
        self.table, self.row, self.column = table, row, column


@dataclass(frozen=True, slots=True)
class BulkLoad:
    """Rows by table that may be loaded in bulk: without keys and indexes, which are put back once the rows are there.

    Rows of the tables `updated` are updated too. `forced` takes them off even where triggers or functions may need
    them, and a note says why wherever it does not.
    """

    rows: Mapping[str, int]
    updated: frozenset[str] = frozenset()
    forced: bool = False


@dataclass(frozen=True, slots=True)
class UpsertRows:
    """The rows of one entity, in frames with these columns; `references` says which of them hold keys of other rows."""

    columns: tuple[str, ...]
    count: int
    references: tuple[ForeignKey, ...]
    batches: Callable[[], Iterable[pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class UpsertTable:
    """All rows that come into a table; one that is there already is told by `key`.

    Columns named by `later` are NULL in new rows until the rows of all tables are there. `cleanup` has the filters of
    all tables: rows of such a table that its filter does not match are somebody's, and what hangs on them is too where
    its table has none. They are not changed.
    """

    table: str
    key: tuple[str, ...]
    rows: tuple[UpsertRows, ...]
    later: tuple[str, ...] = ()
    cleanup: Mapping[str, TableFilter] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that any of the entities fills."""
        return tuple(dict.fromkeys(column for each in self.rows for column in each.columns))


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows of a table are new, and how many were there and were another than they are now.

    `somebodys` of those that were there are somebody's; `somebodys_keys` shows the first ones.
    """

    inserted: int
    updated: int
    somebodys: int = 0
    somebodys_keys: str = ""


class Transaction(Protocol):
    """An open transaction: committed when its context ends well, rolled back on every other way out."""

    def create(self, tables: Sequence[Table]) -> None:
        """Create those of these tables that are missing, with their keys.

        Where seedengine made the whole database, tables get the columns that they lack. Raises DatabaseError where
        such a table differs in any other way, or a type is not known.
        """

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know about `find` and `delete`: foreign keys without an index."""

    def find(self, removals: Sequence[Removal], *, locking: bool = False, few: int = 0) -> Mapping[str, Going]:
        """Find (and lock) all rows that go, by filter and by hanging on one that goes; how many, by table.

        Tables with no such row are left out. `locking` allows to lock whole tables while rows go. Strangers are not
        counted where no more than `few` rows go, and some stay. Raises Refused where `follows` would orphan a row, or
        where somebody's rows hang on `implied` ones.
        """

    def identity(self) -> str:
        """What the database is, by whatever name it is reached."""

    def digests(self) -> Mapping[str, str]:
        """A fingerprint of the rows that `find` found, by table."""

    def hazards(self, filled: Mapping[str, Collection[str]], changed: Collection[str]) -> Sequence[str]:
        """What else will happen, in words, when the rows that `find` found go, and rows come.

        `filled` has the columns that come, by table; of the tables `changed` rows are updated afterwards.
        """

    def compare(self, expected: Sequence[ExpectedRows], removals: Sequence[Removal]) -> Comparison:
        """Hold the rows of a spec against those of the database; those that would go and are not the spec's are extra.

        Columns that no entity fills are not looked at. Raises DatabaseError where a table could not take a row.
        """

    def delete(self) -> Mapping[str, int]:
        """Delete what `find` found, children before parents; the number of rows deleted by table."""

    def plan_bulk(self, load: BulkLoad) -> tuple[Sequence[TakenOff], Sequence[str]]:
        """What `loading` would take off, and notes on what stays; rows that `find` found do not count as kept."""

    def loading(self, load: BulkLoad | None) -> AbstractContextManager[Sequence[str]]:
        """Around `delete`, `load` and `update`: a bulk load where one is allowed and pays; yields notes for the user.

        All is back as it was at the end. Raises RowRefused where a row then breaks a constraint.
        """

    def load(self, table: str, columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """Insert the rows of all batches in one statement where the target can; their number.

        Raises RowRefused when the database refuses a row.
        """

    def update(self, table: str, key: Sequence[str], columns: Sequence[str], batches: Iterable[pl.DataFrame]) -> int:
        """Set `columns` of the rows with these `key`s; the number of rows changed."""

    def plan_upsert(self, tables: Sequence[UpsertTable]) -> Mapping[str, Upserted]:
        """What `upsert` would do, by table, those of somebody's rows included that it would refuse to change.

        Raises RowRefused where a key tells no single row or the primary key of a new row is another's, and InvalidCall
        where keys refer to each other in a circle.
        """

    def find_again(
        self, removals: Sequence[Removal], filled: Collection[str], changed: Collection[str]
    ) -> Mapping[str, int]:
        """How many rows of each table these removals would find by now.

        Rows came into the tables `filled`, and were updated in `changed`. Where no trigger can have changed any, only
        tables are counted of which a filter alone says what goes.
        """

    def upsert(self, tables: Sequence[UpsertTable]) -> Mapping[str, Upserted]:
        """Insert the rows that are not there, and update those that are where they differ; how many, by table.

        A row keeps its primary key, and all that refers to it follows. Raises as `plan_upsert` does, Refused where a
        row to be changed is somebody's, and RowRefused where the database refuses one.
        """


class Target(Protocol):
    """A database, opened from a URL."""

    @property
    def name(self) -> str:
        """Its masked URL or file name, as the first line of output shows it."""

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know about how the URL was read (parameters that were ignored)."""

    @property
    def guarded(self) -> str | None:
        """`HOST/DATABASE` where it is not on this machine, else None."""

    def require(self) -> None:
        """Raises DatabaseError where there is no such database yet, and `begin` would make it."""

    def inspect(self) -> Catalog:
        """All tables that the target holds, with their keys and foreign keys.

        Tables of another schema that hang on one of these, or on which one hangs, are named `schema.table`.
        """

    def protect(self) -> Protection:
        """Mark the database as protected, in a transaction of its own; raises DatabaseError where it says no."""

    def begin(
        self, *, read_only: bool = False, witnessed: bool = True, unprotect: str | None = None
    ) -> AbstractContextManager[Transaction]:
        """One transaction; what fails in it, or is done in one that only reads, leaves the database as it was.

        One that is `witnessed` fails in the end where the database counts other changes than were asked for, and raises
        Refused at once where the database does not count. One that writes raises Refused where the database is
        protected and `unprotect` is not exactly its name.
        """

    def close(self) -> None:
        """Close every connection."""
