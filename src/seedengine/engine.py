"""What seedengine does, as functions: the one place that wires spec, planning, generation and targets together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from sys import maxsize
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from seedengine.catalog import Going, TakenOff
from seedengine.checking import load_spec
from seedengine.diagnostics import Diagnostic, InvalidCall
from seedengine.explaining import explaining
from seedengine.planning import CAREFUL, Allowed, CleanStep, InsertStep, Plan, Size, Summary, TableResult, refuse_unsafe
from seedengine.run import Run
from seedengine.spec.calls import python_calls
from seedengine.spec.load import Loaded
from seedengine.spec.model import RowsFile
from seedengine.spec.profiles import LoadOptions
from seedengine.spec.scale import read_scale

if TYPE_CHECKING:
    from seedengine.targets.protocol import BulkLoad, Target, Transaction

Progress = Callable[[str, int, int], None]
"""Called with a table, how many of its rows are done, and how many there are in all."""

FileFormat = Literal["csv", "jsonl", "parquet", "sql"]
FileCompression = Literal["gzip", "zstd"]

BulkChoice = Literal["auto", "always", "never"]
"""Whether keys and indexes may be taken off while many rows come: of itself (`auto`) only on this machine."""


def load(
    path: Path, *, scale: str | float | None = None, profile: str | None = None, allow_python: bool = False
) -> Loaded:
    """The checked spec of a file, in the size of a `profile` of its own, or with its counts times `scale`.

    Raises InvalidCall when the file cannot be read or the size is none, Refused when it names a Python function and
    that is not allowed, InvalidSpec with every fault of the document otherwise.
    """
    try:
        factor = None if scale is None else read_scale(scale)
    except ValueError as error:
        raise InvalidCall(str(error), "for example `--scale 0.1`, or `--scale 1000`") from None
    return load_spec(path, LoadOptions(factor, profile, allow_python))


def validate(loaded: Loaded, target: Target | None = None) -> tuple[Diagnostic, ...]:
    """The warnings of a spec, held against a database's catalogue where one is given; raises InvalidSpec."""
    run = Run(loaded, target)
    warnings = run.check()
    _ = run.graph
    return warnings


def build_plan(
    loaded: Loaded, target: Target | None = None, *, create_tables: bool = False, bulk: BulkChoice = "auto"
) -> Plan:
    """What `apply` would do, with the number of rows that would go where there is a database."""
    run = Run(loaded, target, create_tables)
    warnings = run.check()
    with explaining(loaded):
        going: Mapping[str, Going] | None = None
        taken_off: Sequence[TakenOff] = ()
        notes: Sequence[str] = ()
        if target is not None:
            with target.begin(read_only=True) as transaction:
                going = transaction.find(run.removals(), locking=_may_lock(target, bulk))
                notes = transaction.notes
                if (load := _bulk_load(run, target, bulk)) is not None:
                    taken_off, more = transaction.plan_bulk(load)
                    notes = (*notes, *more)
        return Plan(
            spec=loaded.spec.name,
            seed=loaded.spec.seed,
            fingerprint=_fingerprint(loaded),
            size=Size.of(loaded.options),
            target=target.name if target else None,
            create=run.created,
            clean=tuple(
                CleanStep(each.table, each.why)
                if going is None
                else CleanStep.of(each.table, each.why, going.get(each.table, Going(0, 0)))
                for each in run.cleaning
            ),
            insert=tuple(_insert_steps(run)),
            fields=tuple(f"{entity}.{field}" for entity, field in run.graph.fields),
            warnings=warnings,
            notes=(*run.notes, *notes, *_slow_fields(run)),
            bulk=tuple(taken_off),
        )


def _may_lock(target: Target, bulk: BulkChoice) -> bool:
    """Whether whole tables may be locked: of itself only where the database is on this machine."""
    return bulk == "always" or (bulk == "auto" and target.guarded is None)


def _slow_fields(run: Run) -> Iterator[str]:
    """What the user should know of fields that take a call for each row."""
    from seedengine.generation.faked import called_by_row

    for entity, field, method, locale in called_by_row(run.scope):
        yield f"`{entity}.{field}` calls Faker's `{method}` for each row in `{locale}`: slow where there are many rows"


def _bulk_load(run: Run, target: Target, bulk: BulkChoice) -> BulkLoad | None:
    """The load as one that may be done in bulk, or None where it may not."""
    from seedengine.targets.protocol import BulkLoad

    if not _may_lock(target, bulk):
        return None
    rows = {table: run.world.count(*run.scope.tables[table]) for table in run.graph.tables}
    return BulkLoad(rows, frozenset(run.graph.later), forced=bulk == "always")


def _insert_steps(run: Run) -> Iterator[InsertStep]:
    for table in run.graph.tables:
        later = run.graph.later.get(table, ())
        for entity in run.scope.tables[table]:
            columns = tuple(run.scope.spec.entities[entity].fields)
            yield InsertStep(table, entity, run.world.count(entity), columns, later)


def _fingerprint(loaded: Loaded) -> str:
    """A digest of the text of a spec, of its size and of the versions that its values depend on."""
    digest = blake2b(loaded.document.source.text.encode(), digest_size=16)
    for entity in loaded.spec.entities.values():
        table = entity.rows.table if isinstance(entity.rows, RowsFile) else None
        digest.update(f"\0{entity.count} {table.digest if table else ''}".encode())
    for _, called in python_calls(loaded.spec):
        from seedengine.generation.python import module_digest

        digest.update(f"\0{called.reference} {module_digest(called)}".encode())
    for package in ("seedengine", "Faker", "polars", "numpy", "sqlglot"):
        digest.update(f"\0{package} {version(package)}".encode())
    return digest.hexdigest()


def apply(
    loaded: Loaded,
    target: Target,
    *,
    create_tables: bool = False,
    bulk: BulkChoice = "auto",
    allowed: Allowed = CAREFUL,
    progress: Progress | None = None,
) -> Summary:
    """Clean, then load, in one transaction: all of it, or nothing.

    Raises InvalidSpec where the spec does not fit the database or a value cannot be made, DatabaseError where the
    database refuses, Refused where going on could touch rows that are not the spec's.
    """
    started = monotonic()
    run = Run(loaded, target, create_tables)
    warnings = run.check()
    from seedengine.loading import load_tables, making

    writing = target.begin(witnessed=not allowed.unwitnessed)
    with explaining(loaded), making(run.world, run.graph) as made, writing as transaction:
        if run.creating:
            transaction.create([run.own_tables[table] for table in run.graph.tables])
        _find(run, transaction, allowed, locking=_may_lock(target, bulk))
        with transaction.loading(_bulk_load(run, target, bulk)) as notes:
            removed = transaction.delete()
            inserted = load_tables(run.world, run.graph, made, transaction, progress)
    return _summary(run, removed, inserted, started, warnings, (*transaction.notes, *notes))


def clean(loaded: Loaded, target: Target, *, allowed: Allowed = CAREFUL, progress: Progress | None = None) -> Summary:
    """Only the cleanup, in one transaction; errors as `apply` has them."""
    started = monotonic()
    run = Run(loaded, target)
    warnings = run.check()
    with explaining(loaded), target.begin(witnessed=not allowed.unwitnessed) as transaction:
        _find(run, transaction, allowed, locking=_may_lock(target, "auto"))
        removed = transaction.delete()
        if progress is not None:
            for table, rows in removed.items():
                progress(table, rows, rows)
    return _summary(run, removed, {}, started, warnings, transaction.notes)


def _find(run: Run, transaction: Transaction, allowed: Allowed, *, locking: bool) -> None:
    """Find the rows that go; raises Refused where more would than is allowed."""
    ours = run.catalog is not None and run.catalog.ours
    going = transaction.find(run.removals(), locking=locking, few=maxsize if ours else allowed.few)
    refuse_unsafe(going, allowed, ours=ours)


def _summary(
    run: Run,
    removed: Mapping[str, int],
    inserted: Mapping[str, int],
    started: float,
    warnings: Iterable[Diagnostic],
    notes: Iterable[str] = (),
) -> Summary:
    order = [
        *run.graph.tables,
        *(each.table for each in reversed(run.cleaning) if each.table not in run.graph.tables),
    ]
    results = [TableResult(table, removed.get(table, 0), inserted.get(table, 0)) for table in order]
    shown = tuple(each for each in results if each.table in run.graph.tables or each.removed)
    name = run.target.name if run.target else ""
    size = Size.of(run.loaded.options)
    return Summary(
        run.loaded.spec.name, name, shown, monotonic() - started, tuple(warnings), (*run.notes, *notes), size
    )


def generate(
    loaded: Loaded,
    directory: Path,
    format: FileFormat,
    *,
    part_rows: int | None = None,
    compression: FileCompression | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Summary:
    """Write the rows of every table into files of `directory`, but for those that an earlier run has left whole.

    A table is one file, or one for every `part_rows` rows, numbered from 1. `workers` processes share the work; each
    imports the main module, as `multiprocessing` does it.

    Raises InvalidCall where a file cannot be written, InvalidSpec where a value cannot be made, and ChildProcessError
    where a worker is killed.
    """
    from seedengine.exporting import Export, export
    from seedengine.targets.files import Shape

    started = monotonic()
    run = Run(loaded)
    shape = Shape(format, compression)
    to = Export(directory, shape, loaded.path.parent, _fingerprint(loaded), part_rows, workers)
    with explaining(loaded):
        files, left = export(run.world, [run.own_tables[table] for table in run.graph.tables], to, progress)
    results = tuple(TableResult(table, 0, run.world.count(*run.scope.tables[table])) for table in run.graph.tables)
    notes = (f"{left} of {files} files were there already, whole, and stay",) if left else ()
    size = Size.of(loaded.options)
    return Summary(loaded.spec.name, str(directory), results, monotonic() - started, loaded.warnings, notes, size)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the language."""
    from seedengine.spec.schema import build_schema

    return build_schema()
