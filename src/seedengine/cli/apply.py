"""`seedengine apply`: clean, then load, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seedengine import engine
from seedengine.cli.destination import OTHERWISE, destination, opened
from seedengine.cli.exits import Command
from seedengine.cli.guard import check_allowed
from seedengine.cli.interruption import FinishedOnce, when_interrupted
from seedengine.cli.mode import mode_option, refuse_bulk_upsert
from seedengine.cli.options import (
    Load,
    allow_option,
    bulk_option,
    database_option,
    json_option,
    loading_options,
    safety_options,
    spec_or_plan_argument,
)
from seedengine.cli.output import Notes, progress, show_result, show_target
from seedengine.planning import Allowed, Summary
from seedengine.planning.saved import SavedPlan, read_saved
from seedengine.render.summary import render_summary

if TYPE_CHECKING:
    from seedengine.spec.load import Loaded
    from seedengine.targets.protocol import Target


@click.command("apply", cls=Command)
@spec_or_plan_argument
@loading_options
@database_option(OTHERWISE)
@allow_option
@click.option("--create-tables", is_flag=True, help="Create tables that the database lacks.")
@mode_option
@bulk_option
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Do what a plan says that `plan --output` saved, or refuse; it takes the place of SPEC.",
)
@safety_options
@json_option("--format", what="the summary")
def command(
    load: Load,
    spec: Path | None,
    database_url: str | None,
    allow_target: str | None,
    create_tables: bool,
    mode: engine.Mode,
    bulk: engine.BulkChoice,
    plan_file: Path | None,
    allowed: Allowed,
    lock_seconds: float,
    as_json: bool,
) -> None:
    """Put the rows of SPEC into a database.

    Removes what an earlier run left and inserts the rows anew, in one transaction: all or nothing. Rows that
    match no cleanup filter of the spec, and hang on no row that does, are never touched.

    With --mode upsert nothing is removed: rows that are there, told by the key of their entity, are updated where
    they differ, and the others are inserted.
    """
    refuse_bulk_upsert(mode, bulk)
    saved = None if plan_file is None else read_saved(plan_file)
    if saved is not None:
        if spec is not None or create_tables or mode != "replace" or bulk != "auto" or any(load.sizes):
            raise click.UsageError("--plan says already which spec, in which size and how: leave the others out")
        job = _planned(load, saved)
    elif spec is not None:
        job = _Job(load(spec), mode, create_tables, bulk)
    else:
        raise click.UsageError("Missing argument 'SPEC', or a plan with --plan.")
    notes = Notes(as_json)
    where = destination(database_url, job.loaded.spec.name)
    with when_interrupted("nothing was changed"):
        with opened(where, lock_seconds) as target:
            if not as_json:
                show_target(target.name, where.origin)
            check_allowed(target, allow_target)
            summary = _do(job, target, allowed, notes)
        upserted = job.mode == "upsert"
        show_result(summary, as_json, partial(render_summary, removed=not upserted, updated=upserted), notes)


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be done, as the call says or the plan that it names."""

    loaded: Loaded
    mode: engine.Mode
    create_tables: bool
    bulk: engine.BulkChoice
    saved: SavedPlan | None = None


def _planned(load: Load, saved: SavedPlan) -> _Job:
    call = saved.call
    loaded = load.sized(call.scale, call.profile)(Path(call.spec))
    return _Job(loaded, "replace", call.create_tables, call.bulk, saved)


def _do(job: _Job, target: Target, allowed: Allowed, notes: Notes) -> Summary:
    with progress() as report:
        if job.mode == "upsert":
            return engine.upsert(
                job.loaded,
                FinishedOnce(target),
                create_tables=job.create_tables,
                allowed=allowed,
                progress=report,
            )
        return engine.apply(
            job.loaded,
            FinishedOnce(target),
            create_tables=job.create_tables,
            bulk=job.bulk,
            allowed=allowed,
            saved=job.saved,
            progress=report,
            notify=notes.write,
        )
