"""Which columns of rows yet to come hold the keys of others, which may be there under another key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from seedengine.catalog import ForeignKey
from seedengine.diagnostics import InvalidCall
from seedengine.targets.protocol import UpsertRows, UpsertTable
from seedengine.targets.relations import Relation


@dataclass(frozen=True, slots=True)
class Follow:
    """By this key, `columns` of some rows of a table follow the rows of its target; `rows` are their numbers."""

    key: ForeignKey
    columns: tuple[str, ...]
    rows: tuple[range, ...]


def kept_columns(relation: Relation, names: Sequence[str]) -> tuple[str, ...]:
    """Those of these columns that a row keeps once it is there: its primary key, and what the database numbers."""
    numbered = [column.name for column in relation.table.columns if column.identity]
    return tuple(name for name in names if name in (*relation.table.primary_key, *numbered))


class Following:
    """What follows what, and `order`, in which tables can be looked up so that all that a key follows is known.

    `referenced` has the columns of each table that others follow. Raises InvalidCall where keys follow each other.
    """

    def __init__(self, tables: Sequence[UpsertTable], relations: Mapping[str, Relation]) -> None:
        self._tables = {each.table: each for each in tables}
        self._references = {
            each.table: [(rows, tuple(self._of_rows(relations[each.table], part))) for rows, part in numbered(each)]
            for each in tables
        }
        self._unstable = {
            each.table: set(kept_columns(relations[each.table], each.columns)) - set(each.key) for each in tables
        }
        self._spread()
        self.follows = {table: tuple(self._follows(table)) for table in self._tables}
        self.referenced = {table: self._referenced(table) for table in self._tables}
        self.order = self._ordered()

    def _of_rows(self, relation: Relation, part: UpsertRows) -> Iterator[ForeignKey]:
        """The keys of the database and of the spec, whose names make no difference."""
        keys = (replace(key, name=None, deferrable=False, parts=()) for key in relation.table.foreign_keys)
        for key in dict.fromkeys((*keys, *part.references)):
            target = self._tables.get(key.target)
            if target is None or not set(key.target_columns) <= set(target.columns):
                continue
            if set(key.columns) <= set(part.columns):
                yield key

    def _spread(self) -> None:
        """What follows a column that may change may change as well."""
        grown = True
        while grown:
            grown = False
            for table, parts in self._references.items():
                found = {column for _, keys in parts for key in keys for column in self._changing(key)}
                grown = grown or not found <= self._unstable[table]
                self._unstable[table] |= found

    def _changing(self, key: ForeignKey) -> list[str]:
        pairs = zip(key.columns, key.target_columns, strict=True)
        return [column for column, target in pairs if target in self._unstable[key.target]]

    def _follows(self, table: str) -> Iterator[Follow]:
        found: dict[tuple[ForeignKey, tuple[str, ...]], list[range]] = {}
        for rows, keys in self._references[table]:
            # A column that stands in several keys follows the smallest: all say the same, and fewer are needed for it.
            deciding: dict[str, ForeignKey] = {}
            for key in sorted(keys, key=lambda each: len(each.columns)):
                for column in self._changing(key):
                    deciding.setdefault(column, key)
            for key in dict.fromkeys(deciding.values()):
                columns = tuple(column for column, by in deciding.items() if by is key)
                found.setdefault((key, columns), []).append(rows)
        for (key, columns), numbers in found.items():
            yield Follow(key, columns, tuple(numbers))

    def _referenced(self, table: str) -> tuple[str, ...]:
        keys = (follow.key for follows in self.follows.values() for follow in follows)
        return tuple(dict.fromkeys(column for key in keys if key.target == table for column in key.target_columns))

    def _ordered(self) -> tuple[str, ...]:
        needs = {
            table: [
                follow.key.target
                for follow in self.follows[table]
                if set(follow.columns) & {*self._tables[table].key, *self.referenced[table]}
            ]
            for table in self._tables
        }
        try:
            return tuple(TopologicalSorter(needs).static_order())
        except CycleError as error:
            path = " → ".join(f"`{table}`" for table in reversed(error.args[1]))
        raise InvalidCall(
            f"rows are told by keys that refer to each other in a circle: {path}",
            "give one of these tables a `key` that does not refer to the others",
        )


def numbered(table: UpsertTable) -> Iterator[tuple[range, UpsertRows]]:
    """The rows of each entity with their numbers through the whole table, from 0."""
    start = 0
    for part in table.rows:
        yield range(start, start + part.count), part
        start += part.count
