"""`seedengine clean`: only the cleanup."""

from functools import partial
from pathlib import Path

import click

from seedengine import engine
from seedengine.cli.destination import OTHERWISE, destination, opened
from seedengine.cli.exits import Command
from seedengine.cli.guard import check_allowed
from seedengine.cli.interruption import FinishedOnce, when_interrupted
from seedengine.cli.options import (
    Load,
    allow_option,
    database_option,
    json_option,
    loading_options,
    safety_options,
    spec_argument,
)
from seedengine.cli.output import Notes, progress, show_result, show_target
from seedengine.planning import Allowed
from seedengine.render.summary import render_summary


@click.command("clean", cls=Command)
@spec_argument
@loading_options
@database_option(OTHERWISE)
@allow_option
@safety_options
@json_option("--format", what="the summary")
def command(
    load: Load,
    spec: Path,
    database_url: str | None,
    allow_target: str | None,
    allowed: Allowed,
    lock_seconds: float,
    as_json: bool,
) -> None:
    """Remove the rows of SPEC and what hangs on them, and insert nothing.

    One transaction: all or nothing.
    """
    loaded = load(spec)
    notes = Notes(as_json)
    where = destination(database_url, loaded.spec.name)
    with when_interrupted("nothing was changed"):
        with opened(where, lock_seconds) as target:
            if not as_json:
                show_target(target.name, where.origin)
            check_allowed(target, allow_target)
            with progress() as report:
                summary = engine.clean(
                    loaded, FinishedOnce(target), allowed=allowed, progress=report, notify=notes.write
                )
        show_result(summary, as_json, partial(render_summary, inserted=False), notes)
