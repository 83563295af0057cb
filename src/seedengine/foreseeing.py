"""What a run would do: the plan of a spec, against a database or without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from seedengine.catalog import Going, TakenOff
from seedengine.diagnostics import Refused
from seedengine.explaining import explaining
from seedengine.fingerprint import fingerprint
from seedengine.planning import CAREFUL, CleanStep, InsertStep, Plan, Size, refuse_unsafe
from seedengine.planning.choices import BulkChoice, Mode
from seedengine.run import Run
from seedengine.spec.load import Loaded
from seedengine.upserting import UPSERT_NOTES, require_keys

if TYPE_CHECKING:
    from seedengine.targets.protocol import BulkLoad, Target


def build_plan(
    loaded: Loaded,
    target: Target | None = None,
    *,
    create_tables: bool = False,
    bulk: BulkChoice = "auto",
    mode: Mode = "replace",
    to_save: bool = False,
) -> Plan:
    """What `apply` would do, with the number of rows that would go where there is a database; or what `upsert` would.

    One that is to be saved has fingerprints of these rows.
    """
    run = Run(loaded, target, create_tables)
    warnings = run.check()
    if mode == "upsert":
        require_keys(run.scope)
    with explaining(loaded):
        going: Mapping[str, Going] | None = None
        taken_off: Sequence[TakenOff] = ()
        notes: Sequence[str] = ()
        digests: Mapping[str, str] = {}
        if target is not None:
            with target.begin(read_only=True) as transaction:
                if mode == "replace":
                    going = transaction.find(run.removals(), locking=may_lock(target, bulk))
                filled = {
                    table: {column for entity in run.scope.tables[table] for column in run.world.entity(entity).fields}
                    for table in run.graph.tables
                    if table not in run.created
                }
                notes = (
                    *_refusal(going or {}),
                    *transaction.notes,
                    *transaction.hazards(filled, run.graph.later if mode == "replace" else run.graph.tables),
                )
                if mode == "replace" and (load := bulk_load(run, target, bulk)) is not None:
                    taken_off, more = transaction.plan_bulk(load)
                    notes = (*notes, *more)
                digests = transaction.digests() if to_save else {}
        return Plan(
            spec=loaded.spec.name,
            seed=loaded.spec.seed,
            fingerprint=fingerprint(loaded),
            size=Size.of(loaded.options),
            target=target.name if target else None,
            create=run.created,
            clean=clean_steps(run, going) if mode == "replace" else (),
            insert=tuple(_insert_steps(run)),
            fields=tuple(f"{entity}.{field}" for entity, field in run.graph.fields),
            warnings=warnings,
            notes=(*run.notes, *(UPSERT_NOTES if mode == "upsert" else ()), *notes, *_slow_fields(run)),
            bulk=tuple(taken_off),
            digests=digests,
            mode=mode,
        )


def _refusal(going: Mapping[str, Going]) -> Iterator[str]:
    """Why `apply` would refuse to let this go, where nobody allows it."""
    try:
        refuse_unsafe(going, CAREFUL)
    except Refused as refused:
        yield f"apply would refuse this: {refused.message}; {refused.help}"


def clean_steps(run: Run, going: Mapping[str, Going] | None) -> tuple[CleanStep, ...]:
    """The tables that are cleaned, in their order, with what goes of each where that is known."""
    return tuple(
        CleanStep(each.table, each.why)
        if going is None
        else CleanStep.of(each.table, each.why, going.get(each.table, Going(0, 0)))
        for each in run.cleaning
    )


def may_lock(target: Target, bulk: BulkChoice) -> bool:
    """Whether whole tables may be locked: of itself only where the database is on this machine."""
    return bulk == "always" or (bulk == "auto" and target.guarded is None)


def bulk_load(run: Run, target: Target, bulk: BulkChoice) -> BulkLoad | None:
    """The load as one that may be done in bulk, or None where it may not."""
    from seedengine.targets.protocol import BulkLoad

    if not may_lock(target, bulk):
        return None
    rows = {table: run.world.count(*run.scope.tables[table]) for table in run.graph.tables}
    return BulkLoad(rows, frozenset(run.graph.later), forced=bulk == "always")


def _slow_fields(run: Run) -> Iterator[str]:
    """What the user should know of fields that take a call for each row."""
    from seedengine.generation.faked import called_by_row

    for entity, field, method, locale in called_by_row(run.scope):
        yield f"`{entity}.{field}` calls Faker's `{method}` for each row in `{locale}`: slow where there are many rows"


def _insert_steps(run: Run) -> Iterator[InsertStep]:
    for table in run.graph.tables:
        later = run.graph.later.get(table, ())
        for entity in run.scope.tables[table]:
            columns = tuple(run.scope.spec.entities[entity].fields)
            yield InsertStep(table, entity, run.world.count(entity), columns, later)
