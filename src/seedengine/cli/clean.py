"""`seedengine clean`: only the cleanup."""

from functools import partial
from pathlib import Path

import click

from seedengine import engine
from seedengine.cli.destination import OTHERWISE, destination, opened
from seedengine.cli.exits import Command, when_interrupted
from seedengine.cli.options import database_option, json_option, spec_argument
from seedengine.cli.output import progress, show_result, show_target
from seedengine.render.summary import render_summary


@click.command("clean", cls=Command)
@spec_argument
@database_option(OTHERWISE)
@json_option("--format", what="the summary")
def command(spec: Path, database_url: str | None, as_json: bool) -> None:
    """Remove the rows of SPEC and what hangs on them, and insert nothing.

    One transaction: all or nothing.
    """
    loaded = engine.load(spec)
    where = destination(database_url, loaded.spec.name)
    with opened(where) as target:
        if not as_json:
            show_target(target.name, where.origin)
        with when_interrupted("nothing was changed"), progress() as report:
            summary = engine.clean(loaded, target, progress=report)
    show_result(summary, as_json, partial(render_summary, inserted=False))
