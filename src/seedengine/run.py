"""One spec and the database that it is for: everything about them that is worked out once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from seedengine.catalog import Catalog, Table
from seedengine.diagnostics import Diagnostic, InvalidSpec, closest
from seedengine.graph import CircularTables, Graph, build_graph, circular_tables
from seedengine.planning import Cleaning, find_misfits, lacking_tables, plan_cleaning, spec_and_database
from seedengine.spec.cleanup import TableFilter
from seedengine.spec.load import Loaded
from seedengine.spec.scope import Scope

if TYPE_CHECKING:
    from seedengine.generation.world import World
    from seedengine.targets.protocol import Removal, Target


UNREACHED = "W301"
"""The warning of rows with plain numbers as keys that no cleanup entry reaches, as far as the spec shows."""


@dataclass(frozen=True)
class Run:
    """A spec and, if there is one, its database; nothing is asked of either before it is needed."""

    loaded: Loaded
    target: Target | None = None
    create_tables: bool = False

    @cached_property
    def world(self) -> World:
        from seedengine.generation.entity import open_world

        return open_world(self.loaded.spec)

    @property
    def scope(self) -> Scope:
        return self.world.scope

    @cached_property
    def catalog(self) -> Catalog | None:
        return self.target.inspect() if self.target else None

    @cached_property
    def own_tables(self) -> dict[str, Table]:
        from seedengine.generation.entity import open_empty_world
        from seedengine.generation.tables import build_tables

        return build_tables(open_empty_world(self.loaded.spec))

    @property
    def ours(self) -> bool:
        """Whether seedengine made the database, or will."""
        return self.catalog is not None and self.catalog.ours

    @property
    def creating(self) -> bool:
        """Whether tables that are missing will be created: always where seedengine made the database."""
        return self.create_tables or self.catalog is None or self.ours

    @cached_property
    def created(self) -> tuple[str, ...]:
        if self.catalog is None or not self.creating:
            return ()
        lacking = lacking_tables(self.scope, self.catalog)
        return tuple(table for table in self.graph.tables if table in lacking)

    @cached_property
    def tables(self) -> dict[str, Table]:
        complete = self.catalog is not None and not lacking_tables(self.scope, self.catalog)
        own = {} if complete else {name: replace(each, made=self.ours) for name, each in self.own_tables.items()}
        return spec_and_database(self.scope, self.catalog, own)

    @cached_property
    def graph(self) -> Graph:
        try:
            return build_graph(self.scope, self.loaded.origins, self.catalog)
        except CircularTables as error:
            entity = self.scope.tables[error.path[0]][0]
            location = self.loaded.document.location(("entities", entity), key=True)
            raise InvalidSpec([circular_tables(error, location)]) from None

    @cached_property
    def cleaning(self) -> list[Cleaning]:
        return plan_cleaning(self.scope, self.graph.tables, self.tables)

    @property
    def notes(self) -> tuple[str, ...]:
        found = list(self.target.notes) if self.target else []
        for table, entry in self.loaded.spec.cleanup.items():
            if table not in self.tables:
                found.append(f"the database has no table {table}: there is nothing to clean in it")
            elif self.catalog is None and isinstance(entry, TableFilter) and entry.follows:
                found.append(f"what {table} hangs on by {entry.follows} is seen in a database")
            for removed in entry.removed() if isinstance(entry, TableFilter) else ():
                if self.catalog is not None and removed.table not in self.tables:
                    near = closest(removed.table, self.tables)
                    meant = f"; did you mean {near}?" if near else ""
                    found.append(
                        f"the cleanup of {table} asks for rows removed from {removed.table}, which there is not{meant}"
                    )
        return tuple(found)

    def check(self) -> tuple[Diagnostic, ...]:
        """The warnings of the spec and of how it fits the database; raises InvalidSpec where it does not."""
        if self.catalog is None:
            return self.loaded.warnings
        misfits = find_misfits(self.loaded, self.scope, self.catalog, creating=self.creating)
        both = self.loaded.adding(misfits)
        if both.faults:
            raise InvalidSpec(both.diagnostics)
        # The spec alone does not show a foreign key to a column that is not the `key` of its entity.
        reached = {
            self.loaded.document.location(("entities", entity), key=True)
            for cleaning in self.cleaning
            if cleaning.how == "hangs"
            for entity in self.scope.tables.get(cleaning.table, ())
        }
        return tuple(each for each in both.warnings if each.code != UNREACHED or each.location not in reached)

    def removals(self) -> list[Removal]:
        from seedengine.loading import build_removals

        return build_removals(self.world, self.cleaning)
