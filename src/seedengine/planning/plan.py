"""What a run will do, as plain data: which tables are cleaned in which order, which rows are inserted in which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from seedengine.catalog import Going, TakenOff
from seedengine.diagnostics import Diagnostic
from seedengine.spec.profiles import LoadOptions


@dataclass(frozen=True, slots=True)
class Size:
    """The size that the call chose; None where it chose none."""

    profile: str | None = None
    scale: float | None = None

    @classmethod
    def of(cls, options: LoadOptions) -> Size:
        """That of a spec that was loaded with these options."""
        return cls(options.profile, None if options.scale is None else float(options.scale))


@dataclass(frozen=True, slots=True)
class CleanStep:
    """Rows of one table go; `why` says which: by its filter, as generated rows, or by hanging on another table's.

    `rows` is None where there is no database; what the other numbers count is said at `Going`.
    """

    table: str
    why: str
    rows: int | None = None
    named: int = 0
    strangers: int = 0
    strange_keys: str = ""
    mixed: int = 0
    mixed_keys: str = ""

    @classmethod
    def of(cls, table: str, why: str, going: Going) -> CleanStep:
        """The step with what is found in a database."""
        strangers = (going.strangers or 0, going.strange_keys)
        return cls(table, why, going.rows, going.named, *strangers, going.mixed, going.mixed_keys)


@dataclass(frozen=True, slots=True)
class InsertStep:
    """The rows of one entity come into its table; `later` names the columns that are set once all rows are there."""

    table: str
    entity: str
    rows: int
    columns: tuple[str, ...]
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpsertStep:
    """The rows of the spec in one table of a database: those that it lacks, those that differ, and the others."""

    table: str
    new: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that `apply` will do, in the order in which it will do it.

    `fields` is the order in which fields are evaluated, across entities. `fingerprint` is that of the spec, of its
    size and of the versions that values depend on. `bulk` names what is taken off tables before rows are inserted, and
    put back after all are. `digests` has a fingerprint of the rows that go, by table, and `identity` says
    which database it is, where the plan is to be saved.
    With the `mode` `upsert`, rows that are there are updated where they differ, and none is removed: `upsert` says how
    many, where there is a database in which they can be counted.
    """

    spec: str
    seed: int
    fingerprint: str
    target: str | None
    create: tuple[str, ...]
    clean: tuple[CleanStep, ...]
    insert: tuple[InsertStep, ...]
    fields: tuple[str, ...]
    warnings: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    bulk: tuple[TakenOff, ...] = ()
    size: Size = Size()
    digests: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""
    mode: str = "replace"
    upsert: tuple[UpsertStep, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same plan as plain JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TableResult:
    """What a run did to one table."""

    table: str
    removed: int
    inserted: int
    updated: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did, table by table in the order of insertion, and how long it took in seconds."""

    spec: str
    target: str
    tables: tuple[TableResult, ...]
    seconds: float
    warnings: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    size: Size = Size()

    def as_json(self) -> dict[str, Any]:
        """The same summary as plain JSON data."""
        return asdict(self)
