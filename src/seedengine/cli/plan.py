"""`seedengine plan`: what `apply` would do."""

from pathlib import Path

import click

from seedengine import engine
from seedengine.cli.destination import VARIABLE, named_destination, opened
from seedengine.cli.exits import Command
from seedengine.cli.interruption import when_interrupted
from seedengine.cli.mode import mode_option, refuse_bulk_upsert
from seedengine.cli.options import Load, bulk_option, database_option, json_option, loading_options, spec_argument
from seedengine.cli.output import show_result, show_target
from seedengine.diagnostics import InvalidCall
from seedengine.planning.saved import Call, save
from seedengine.render.plan import render_plan


@click.command("plan", cls=Command)
@spec_argument
@loading_options
@database_option(f"Otherwise {VARIABLE} of the environment, then of .env; without any, no database is needed.")
@click.option("--create-tables", is_flag=True, help="Plan as if apply created the tables that the database lacks.")
@mode_option
@bulk_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the plan too, for `apply --plan`, which does exactly that or refuses.",
)
@json_option("--format", what="the plan")
def command(
    load: Load,
    spec: Path,
    database_url: str | None,
    create_tables: bool,
    mode: engine.Mode,
    bulk: engine.BulkChoice,
    output: Path | None,
    as_json: bool,
) -> None:
    """Show what apply would do with SPEC, and change nothing.

    Without a database: the orders and the rows that would come. With one: also the rows that would go, or with
    --mode upsert those that are new, updated and unchanged, and every hazard.
    """
    refuse_bulk_upsert(mode, bulk)
    if mode == "upsert" and output is not None:
        raise click.UsageError("--output saves what goes and comes with --mode replace alone")
    loaded = load(spec)
    where = named_destination(database_url)
    if where is None and output is not None:
        raise InvalidCall("only a plan for a database is saved", "name the database with `--database-url`")
    with when_interrupted("nothing was changed"):
        if where is None:
            if not as_json:
                uncounted = "be updated" if mode == "upsert" else "go"
                show_target(f"none, so the rows that would {uncounted} are not counted")
            plan = engine.build_plan(loaded, None, create_tables=create_tables, bulk=bulk, mode=mode)
        else:
            with opened(where) as target:
                if not as_json:
                    show_target(target.name, where.origin)
                plan = engine.build_plan(
                    loaded, target, create_tables=create_tables, bulk=bulk, mode=mode, to_save=output is not None
                )
    if output is not None:
        call = Call.of(spec, loaded.options, create_tables=create_tables, bulk=bulk)
        save(output, plan, call)
    show_result(plan, as_json, render_plan)
