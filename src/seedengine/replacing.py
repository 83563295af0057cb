"""Rows that an earlier run left go, and all of them come anew, or do not: each in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import monotonic
from typing import TYPE_CHECKING

from seedengine.diagnostics import DatabaseError, Diagnostic, Refused
from seedengine.explaining import explaining
from seedengine.fingerprint import fingerprint
from seedengine.foreseeing import bulk_load, clean_steps, may_lock
from seedengine.planning import CAREFUL, Allowed, Size, Summary, TableResult, refuse_unsafe
from seedengine.planning.choices import BulkChoice, Notify, Progress
from seedengine.planning.renewal import check_unrenewed
from seedengine.planning.saved import SavedPlan, refuse_stale
from seedengine.run import Run
from seedengine.spec.load import Loaded

if TYPE_CHECKING:
    from seedengine.targets.protocol import Target, Transaction


def apply(
    loaded: Loaded,
    target: Target,
    *,
    create_tables: bool = False,
    bulk: BulkChoice = "auto",
    allowed: Allowed = CAREFUL,
    saved: SavedPlan | None = None,
    progress: Progress | None = None,
    notify: Notify | None = None,
) -> Summary:
    """Clean, then load, in one transaction: all of it, or nothing.

    Raises InvalidSpec where the spec does not fit the database or a value cannot be made, DatabaseError where the
    database refuses, Refused where going on could touch rows that are not the spec's, or would not be what a `saved`
    plan says.
    """
    started = monotonic()
    run = Run(loaded, target, create_tables)
    warnings = run.check()
    from seedengine.loading import load_tables, making

    writing = target.begin(witnessed=not allowed.unwitnessed, unprotect=allowed.unprotect)
    with explaining(loaded), making(run.world, run.graph) as made, writing as transaction:
        if run.creating:
            transaction.create([run.own_tables[table] for table in run.graph.tables])
        _find(run, transaction, allowed, locking=may_lock(target, bulk), saved=saved)
        with transaction.loading(bulk_load(run, target, bulk)) as notes:
            _tell((*transaction.notes, *notes), notify)
            removed = transaction.delete()
            inserted = load_tables(run.world, run.graph, made, transaction, progress)
        _refuse_changed(run, transaction, inserted)
    return _summary(run, removed, inserted, started, warnings, (*transaction.notes, *notes))


def clean(
    loaded: Loaded,
    target: Target,
    *,
    allowed: Allowed = CAREFUL,
    progress: Progress | None = None,
    notify: Notify | None = None,
) -> Summary:
    """Only the cleanup, in one transaction; errors as `apply` has them."""
    started = monotonic()
    target.require()
    run = Run(loaded, target)
    warnings = check_unrenewed(run.check)
    with (
        explaining(loaded),
        target.begin(witnessed=not allowed.unwitnessed, unprotect=allowed.unprotect) as transaction,
    ):
        _find(run, transaction, allowed, locking=may_lock(target, "auto"))
        _tell(transaction.notes, notify)
        removed = transaction.delete()
        if progress is not None:
            for table, rows in removed.items():
                progress(table, rows, rows)
    return _summary(run, removed, {}, started, warnings, transaction.notes)


def _find(
    run: Run, transaction: Transaction, allowed: Allowed, *, locking: bool, saved: SavedPlan | None = None
) -> None:
    """Find the rows that go; raises Refused where more would than is allowed, or others than were planned."""
    going = transaction.find(run.removals(), locking=locking, few=0 if saved else allowed.few)
    if unknown := sorted(going.keys() - {each.table for each in run.cleaning}):
        raise DatabaseError(
            f"rows of `{unknown[0]}` would go, a table that was made, or whose keys were, since the run began",
            "nothing was changed; run it again",
        )
    if saved is not None:
        steps, database = clean_steps(run, going), (run.target.name if run.target else "", transaction.identity())
        refuse_stale(saved, fingerprint(run.loaded), database, run.created, steps, transaction.digests())
    refuse_unsafe(going, allowed)


def _refuse_changed(run: Run, transaction: Transaction, inserted: Mapping[str, int]) -> None:
    """Raises Refused where rows are others than were given, so that the next run would leave them and add more."""
    from seedengine.targets.refusing import CHANGED_ROWS_HELP

    for table, found in transaction.find_again(run.removals(), inserted, run.graph.later).items():
        lost = inserted.get(table, 0) - found
        if lost > 0:
            raise Refused(
                f"{lost:,} of the {inserted[table]:,} rows that came into `{table}` are none that the next run would "
                "remove",
                CHANGED_ROWS_HELP,
            )


def _tell(notes: Iterable[str], notify: Notify | None) -> None:
    if notify is not None:
        for note in notes:
            notify(note)


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
