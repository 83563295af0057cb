"""What a target holds: tables, columns, keys and foreign keys, as plain data without a database's objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the database declares it; `type` is the database's own text (`numeric(10,2)`, `text[]`)."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    generated: bool = False
    identity: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`columns` of a table refer to `target_columns` of `target`; a table may refer to itself.

    Where they refer to a part of a partitioned table alone, `parts` has the numbers that the database gives its leaves;
    where only rows of a part refer, `rows_in` has those. `on_delete` is what an SQLite file does of itself with a row
    whose target goes, in SQL's words, and is not read from other databases.
    """

    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    deferrable: bool = False
    name: str | None = None
    parts: tuple[int, ...] = ()
    rows_in: tuple[int, ...] = ()
    on_delete: str = field(default="NO ACTION", compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `unique` lists the column sets that are unique besides the primary key.

    `indexes` has the columns that other indexes begin with, of those that serve to look up any row. `made` says that
    seedengine made the table in a file of its own, so that all rows are the spec's.
    """

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    made: bool = False

    def has_index(self, columns: tuple[str, ...]) -> bool:
        """Whether rows are looked up by these columns through an index or a key, whose first ones they are."""
        return any(
            set(each[: len(columns)]) == set(columns) for each in (self.primary_key, *self.unique, *self.indexes)
        )

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every table of a target; `ours` says that seedengine made the file, or will, and makes what tables it lacks."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    ours: bool = False


@dataclass(frozen=True, slots=True)
class TakenOff:
    """The names of what a bulk load takes off a table and puts back afterwards; primary keys are constraints."""

    table: str
    foreign_keys: tuple[str, ...]
    constraints: tuple[str, ...]
    indexes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """How many rows of a table go; `named` of them by its own cleanup, the others as they hang on one that goes.

    `strangers` are those that the spec would not make again, None where nobody had to know. `mixed` are those that hang
    on a row that goes and may be somebody's all the same: they hang on a row of an owner's that stays, too, or the
    filter of their own table does not name them. The keys are those of the first ones of each. `whole` says that a
    filter names rows of the table and that none of its rows stays. So many more rows look `alike` one of the spec's
    than it makes: which of them are somebody's cannot be told.
    """

    rows: int
    named: int
    strangers: int | None = None
    strange_keys: str = ""
    mixed: int = 0
    mixed_keys: str = ""
    whole: bool = False
    alike: int = 0
