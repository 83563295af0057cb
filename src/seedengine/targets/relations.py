"""A table of a catalog as statements name it: its schema, what identifies a row, the types of its columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from seedengine.catalog import Table
from seedengine.diagnostics import DatabaseError, InvalidCall, closest
from seedengine.targets.columntypes import ColumnType


@dataclass(frozen=True, slots=True)
class Relation:
    """A table with the name that the database gives it, and `key`, the columns by which one row is told from others.

    `key` is the primary key or what the database has in its place (`ctid`, `rowid`). `alone` is the number of a table
    from which others inherit, whose rows the database shows among its own. `collations` has the quoted name of that of
    a column which compares by another than the database's own.
    """

    table: Table
    schema: str | None
    name: str
    key: tuple[str, ...]
    types: Mapping[str, ColumnType]
    alone: int | None = None
    collations: Mapping[str, str] = field(default_factory=dict)

    def clause(self) -> sa.TableClause:
        """The table for SQLAlchemy, always quoted, with all columns and those of its key."""
        names = dict.fromkeys((*(column.name for column in self.table.columns), *self.key))
        return quoted_table(self.name, self.schema, tuple(names))

    def require(self, columns: Sequence[str]) -> None:
        """Raises InvalidCall for the first of these columns that the table lacks."""
        known = [column.name for column in self.table.columns]
        for column in columns:
            if column not in known:
                found = closest(column, known)
                raise InvalidCall(
                    f"the table `{self.table.name}` has no column `{column}`",
                    f"did you mean `{found}`?" if found else f"it has {', '.join(f'`{each}`' for each in known)}",
                )


def quoted_table(name: str, schema: str | None, columns: Sequence[str]) -> sa.TableClause:
    """A table whose names are written quoted, exactly as they are."""
    clause = sa.table(
        sa.quoted_name(name, quote=True),
        *(sa.column(sa.quoted_name(column, quote=True)) for column in columns),
        schema=None if schema is None else sa.quoted_name(schema, quote=True),
    )
    assert isinstance(clause, sa.TableClause)
    return clause


def find_relation(relations: Mapping[str, Relation], name: str) -> Relation:
    """The relation of that name; raises DatabaseError where the database has none."""
    if name in relations:
        return relations[name]
    meant = closest(name, relations)
    raise DatabaseError(
        f"the database has no table `{name}`",
        f"did you mean `{meant}`?" if meant else "create it first, or let `--create-tables` do so",
    )


def has_circle(tables: Iterable[Table]) -> bool:
    """Whether a row may refer, directly or not, to one of its own table."""
    needs: dict[str, set[str]] = {}
    for table in tables:
        needs.setdefault(table.name, set()).update(key.target for key in table.foreign_keys)
    return any(name in reachable(name, needs) for name in needs)


def circles(needs: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """The tables in groups, those that others need last; tables that need each other stand in one group."""
    reach = {name: reachable(name, needs) for name in needs}
    groups: list[tuple[str, ...]] = []
    left = dict.fromkeys(needs)
    while left:
        # A group whose members are needed by no table that is left, itself aside.
        for name in left:
            group = tuple(each for each in left if each == name or (each in reach[name] and name in reach[each]))
            if not any(needs[other] & set(group) for other in left if other not in group):
                groups.append(group)
                left = {each: None for each in left if each not in group}
                break
    return groups


def reachable(start: str, needs: Mapping[str, set[str]]) -> set[str]:
    """All that it needs, directly or not; itself among them where it stands in a circle."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for name in needs.get(waiting.pop(), ()):
            if name in needs and name not in found:
                found.add(name)
                waiting.append(name)
    return found
