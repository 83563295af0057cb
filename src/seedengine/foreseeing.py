"""What a run would do: the plan of a spec, against a database or without one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from seedengine.catalog import Going, TakenOff
from seedengine.diagnostics import InvalidCall, Refused
from seedengine.explaining import explaining
from seedengine.fingerprint import fingerprint
from seedengine.planning import CAREFUL, CleanStep, InsertStep, Plan, Size, refuse_unsafe
from seedengine.planning.choices import BulkChoice, Mode
from seedengine.planning.plan import UpsertStep
from seedengine.planning.renewal import check_unrenewed
from seedengine.run import Run
from seedengine.spec.load import Loaded
from seedengine.upserting import UPSERT_NOTES, naming_rows, require_keys, upsert_table

if TYPE_CHECKING:
    from seedengine.targets.protocol import BulkLoad, GeneratedRows, Removal, Target, Upserted


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

    One that is to be saved has fingerprints of these rows, and says which database it is for.
    """
    run = Run(loaded, target, create_tables)
    upserting = mode == "upsert"
    warnings = check_unrenewed(run.check) if upserting else run.check()
    if upserting:
        require_keys(run.scope)
    with explaining(loaded):
        if target is None:
            seen = _Foreseen()
        else:
            seen = _foresee_upsert(run, target) if upserting else _foresee(run, target, bulk, to_save=to_save)
        return Plan(
            spec=loaded.spec.name,
            seed=loaded.spec.seed,
            fingerprint=fingerprint(loaded),
            size=Size.of(loaded.options),
            target=target.name if target else None,
            create=run.created,
            clean=() if upserting else clean_steps(run, seen.going),
            insert=tuple(_insert_steps(run)),
            fields=tuple(f"{entity}.{field}" for entity, field in run.graph.fields),
            warnings=warnings,
            notes=(*run.notes, *(UPSERT_NOTES if upserting else ()), *seen.notes, *_slow_fields(run)),
            bulk=tuple(seen.taken_off),
            digests=seen.digests,
            identity=seen.identity,
            mode=mode,
            upsert=seen.upsert,
        )


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """What only a database can tell of a run: `going` is None where nobody looked."""

    going: Mapping[str, Going] | None = None
    upsert: tuple[UpsertStep, ...] = ()
    taken_off: Sequence[TakenOff] = ()
    notes: Sequence[str] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""


def _foresee(run: Run, target: Target, bulk: BulkChoice, *, to_save: bool) -> _Foreseen:
    """What `apply` would find in the database, and what else would happen there."""
    lacking = _lacking(run)
    if to_save and lacking:
        raise InvalidCall(
            f"the plan cannot be saved: {next(_gaining(lacking))}",
            "let `apply SPEC` do so once, or save a plan of the spec as it was",
        )
    with target.begin(read_only=True) as transaction:
        removals = [_recognisable(each, lacking.get(each.table, ())) for each in run.removals()]
        going = transaction.find(removals, locking=may_lock(target, bulk))
        hazards = transaction.hazards(_filled(run), run.graph.later)
        load = bulk_load(run, target, bulk)
        taken_off, more = ((), ()) if load is None else transaction.plan_bulk(load)
        refusal = _refusal(partial(refuse_unsafe, going, CAREFUL))
        return _Foreseen(
            going=going,
            taken_off=taken_off,
            notes=(
                *_gaining(lacking),
                *refusal,
                *transaction.notes,
                *hazards,
                *more,
            ),
            digests=transaction.digests() if to_save else {},
            identity=transaction.identity() if to_save else "",
        )


def _foresee_upsert(run: Run, target: Target) -> _Foreseen:
    """What `upsert` would find in the database, and what else would happen there.

    Nothing is counted where a table is to gain columns: what is there can only be compared when it has them.
    """
    from seedengine.targets.refusing import refuse_somebodys

    gained = tuple(f"rows are not counted: {each}" for each in _gaining(_lacking(run)))
    with target.begin(read_only=True) as transaction:
        found: Mapping[str, Upserted] = {}
        if not gained:
            held = [upsert_table(run, table) for table in run.graph.tables if table not in run.created]
            with naming_rows(run):
                found = transaction.plan_upsert(held)
        hazards = transaction.hazards(_filled(run), run.graph.tables)
        return _Foreseen(
            upsert=() if gained else tuple(_upsert_steps(run, found)),
            notes=(*gained, *_refusal(partial(refuse_somebodys, found)), *transaction.notes, *hazards),
        )


def _filled(run: Run) -> dict[str, set[str]]:
    """The columns that come, by table, of those that are there."""
    return {
        table: {column for entity in run.scope.tables[table] for column in run.world.entity(entity).fields}
        for table in run.graph.tables
        if table not in run.created
    }


def _lacking(run: Run) -> dict[str, list[str]]:
    """By table of ours, the columns that it would get first."""
    held = run.catalog.tables if run.catalog else {}
    lacking = {
        table: sorted(column for column in columns if held[table].column(column) is None)
        for table, columns in _filled(run).items()
    }
    return {table: columns for table, columns in lacking.items() if columns}


def _gaining(lacking: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The same in words."""
    for table, columns in lacking.items():
        yield f"`{table}` would get the columns {', '.join(columns)} first"


def _recognisable(removal: Removal, lacking: Collection[str]) -> Removal:
    """The removal without rows that are recognised by columns yet to come: none that is there has a value in them."""

    def held(rows: Iterable[GeneratedRows]) -> tuple[GeneratedRows, ...]:
        return tuple(each for each in rows if not set(each.columns) & set(lacking))

    return replace(removal, generated=held(removal.generated), own=held(removal.own))


def _upsert_steps(run: Run, found: Mapping[str, Upserted]) -> Iterator[UpsertStep]:
    for table in run.graph.tables:
        rows = run.world.count(*run.scope.tables[table])
        if table in found:
            new, updated = found[table].inserted, found[table].updated
            yield UpsertStep(table, new, updated, rows - new - updated)
        else:
            yield UpsertStep(table, rows, 0, 0)


def _refusal(refuse: Callable[[], None]) -> Iterator[str]:
    """Why `apply` would refuse to do this, where nobody allows it."""
    try:
        refuse()
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

    for entity, name, method, locale in called_by_row(run.scope):
        yield f"`{entity}.{name}` calls Faker's `{method}` for each row in `{locale}`: slow where there are many rows"


def _insert_steps(run: Run) -> Iterator[InsertStep]:
    for table in run.graph.tables:
        later = run.graph.later.get(table, ())
        for entity in run.scope.tables[table]:
            columns = tuple(run.scope.spec.entities[entity].fields)
            yield InsertStep(table, entity, run.world.count(entity), columns, later)
