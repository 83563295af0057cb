"""`seedengine verify`: whether a database, or a lock, has what a spec makes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seedengine.cli.destination import OTHERWISE, destination, opened
from seedengine.cli.exits import Command
from seedengine.cli.interruption import when_interrupted
from seedengine.cli.options import Load, database_option, json_option, loading_options, spec_argument
from seedengine.cli.output import progress, show_result, show_target
from seedengine.pinning import pin, verify_lock
from seedengine.render.verification import render_lock, render_verification
from seedengine.verifying import verify

if TYPE_CHECKING:
    from seedengine.planning.verification import LockVerification, Verification

DIFFERENT = 4
"""The exit code where anything differs."""


@click.command("verify", cls=Command)
@spec_argument
@loading_options
@database_option(OTHERWISE)
@click.option("--lock", is_flag=True, help="Compare with seedengine.lock beside SPEC instead; no database is used.")
@click.option("--write-lock", is_flag=True, help="Write into seedengine.lock beside SPEC what it makes now.")
@json_option("--format", what="what was found")
def command(load: Load, spec: Path, database_url: str | None, lock: bool, write_lock: bool, as_json: bool) -> None:
    """Compare the rows of a database with those that SPEC makes, and change nothing.

    Shows the rows that are missing, changed, and there though the spec does not make them. Exit code 4 says
    that something differs.
    """
    if lock + write_lock + (database_url is not None) > 1:
        raise click.UsageError("--lock, --write-lock and --database-url exclude each other")
    loaded = load(spec)
    result: Verification | LockVerification
    if lock or write_lock:
        with when_interrupted("nothing was changed"), progress() as report:
            result = (pin if write_lock else verify_lock)(loaded, progress=report)
        show_result(result, as_json, render_lock)
    else:
        where = destination(database_url, loaded.spec.name)
        with when_interrupted("nothing was changed"), opened(where) as target:
            if not as_json:
                show_target(target.name, where.origin)
            with progress() as report:
                result = verify(loaded, target, progress=report)
        show_result(result, as_json, render_verification)
    if result.differs:
        click.get_current_context().exit(DIFFERENT)
