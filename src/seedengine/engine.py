"""What seedengine does, as functions: the one place that wires spec, planning, generation and targets together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from seedengine.checking import load_spec
from seedengine.diagnostics import Diagnostic
from seedengine.explaining import explaining
from seedengine.planning import CleanStep, InsertStep, Plan, Summary, TableResult
from seedengine.run import Run
from seedengine.spec.load import Loaded

if TYPE_CHECKING:
    from seedengine.targets.protocol import Target

Progress = Callable[[str, int, int], None]
"""Called with a table, how many of its rows are done, and how many there are in all."""

FileFormat = Literal["csv", "jsonl", "parquet", "sql"]


def load(path: Path) -> Loaded:
    """The checked spec of a file.

    Raises InvalidCall when the file cannot be read, InvalidSpec with every fault of the document otherwise.
    """
    return load_spec(path)


def validate(loaded: Loaded, target: Target | None = None) -> tuple[Diagnostic, ...]:
    """The warnings of a spec, held against a database's catalogue where one is given; raises InvalidSpec."""
    run = Run(loaded, target)
    warnings = run.check()
    _ = run.graph
    return warnings


def build_plan(loaded: Loaded, target: Target | None = None, *, create_tables: bool = False) -> Plan:
    """What `apply` would do, with the number of rows that would go where there is a database."""
    run = Run(loaded, target, create_tables)
    warnings = run.check()
    with explaining(loaded):
        going: Mapping[str, int] | None = None
        if target is not None:
            with target.begin(read_only=True) as transaction:
                going = transaction.find(run.removals())
        return Plan(
            spec=loaded.spec.name,
            seed=loaded.spec.seed,
            fingerprint=_fingerprint(loaded),
            target=target.name if target else None,
            create=run.created,
            clean=tuple(
                CleanStep(each.table, each.why, None if going is None else going.get(each.table, 0))
                for each in run.cleaning
            ),
            insert=tuple(_insert_steps(run)),
            fields=tuple(f"{entity}.{field}" for entity, field in run.graph.fields),
            warnings=warnings,
            notes=run.notes,
        )


def _insert_steps(run: Run) -> Iterator[InsertStep]:
    for table in run.graph.tables:
        later = run.graph.later.get(table, ())
        for entity in run.scope.tables[table]:
            columns = tuple(run.scope.spec.entities[entity].fields)
            yield InsertStep(table, entity, run.world.count(entity), columns, later)


def _fingerprint(loaded: Loaded) -> str:
    """A digest of the text of a spec and of the versions that its values depend on."""
    digest = blake2b(loaded.document.source.text.encode(), digest_size=16)
    for package in ("seedengine", "Faker", "polars", "numpy", "sqlglot"):
        digest.update(f"\0{package} {version(package)}".encode())
    return digest.hexdigest()


def apply(loaded: Loaded, target: Target, *, create_tables: bool = False, progress: Progress | None = None) -> Summary:
    """Clean, then load, in one transaction: all of it, or nothing.

    Raises InvalidSpec where the spec does not fit the database or a value cannot be made, DatabaseError where the
    database refuses, Refused where going on could touch rows that are not the spec's.
    """
    started = monotonic()
    run = Run(loaded, target, create_tables)
    warnings = run.check()
    from seedengine.loading import load_tables

    with explaining(loaded), target.begin() as transaction:
        if run.creating:
            transaction.create([run.own_tables[table] for table in run.graph.tables])
        transaction.find(run.removals())
        removed = transaction.delete()
        inserted = load_tables(run.world, run.graph, transaction, progress)
    return _summary(run, removed, inserted, started, warnings)


def clean(loaded: Loaded, target: Target, *, progress: Progress | None = None) -> Summary:
    """Only the cleanup, in one transaction; errors as `apply` has them."""
    started = monotonic()
    run = Run(loaded, target)
    warnings = run.check()
    with explaining(loaded), target.begin() as transaction:
        transaction.find(run.removals())
        removed = transaction.delete()
        if progress is not None:
            for table, rows in removed.items():
                progress(table, rows, rows)
    return _summary(run, removed, {}, started, warnings)


def _summary(
    run: Run,
    removed: Mapping[str, int],
    inserted: Mapping[str, int],
    started: float,
    warnings: Iterable[Diagnostic],
) -> Summary:
    order = [
        *run.graph.tables,
        *(each.table for each in reversed(run.cleaning) if each.table not in run.graph.tables),
    ]
    results = [TableResult(table, removed.get(table, 0), inserted.get(table, 0)) for table in order]
    shown = tuple(each for each in results if each.table in run.graph.tables or each.removed)
    name = run.target.name if run.target else ""
    return Summary(run.loaded.spec.name, name, shown, monotonic() - started, tuple(warnings), run.notes)


def generate(loaded: Loaded, directory: Path, format: FileFormat, *, progress: Progress | None = None) -> Summary:
    """Write the rows of every table into a file of `directory`; raises InvalidCall where it cannot be written."""
    from seedengine.loading import table_batches
    from seedengine.targets.files import write_tables

    started = monotonic()
    run = Run(loaded)
    with explaining(loaded):
        batches = {
            table: table_batches(run.world, table, progress, whole=format != "sql") for table in run.graph.tables
        }
        written = write_tables(directory, format, [run.own_tables[table] for table in run.graph.tables], batches)
    results = tuple(TableResult(table, 0, written[table]) for table in run.graph.tables)
    return Summary(loaded.spec.name, str(directory), results, monotonic() - started, loaded.warnings)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the language."""
    from seedengine.spec.schema import build_schema

    return build_schema()
