"""`--mode`: what becomes of rows that are there."""

import click

from seedengine import engine

mode_option = click.option(
    "--mode",
    type=click.Choice(["replace", "upsert"]),
    default="replace",
    show_default=True,
    help="Insert all rows anew where an earlier run's are removed, or write only what is new or changed, by `key`.",
)


def refuse_bulk_upsert(mode: engine.Mode, bulk: engine.BulkChoice) -> None:
    """Raises UsageError where rows that are there are to be updated with their keys taken off."""
    if mode == "upsert" and bulk == "always":
        raise click.UsageError("--bulk-load goes with --mode replace alone")
