"""`seedengine generate`: rows to files."""

from functools import partial
from pathlib import Path

import click

from seedengine import engine
from seedengine.cli.exits import Command
from seedengine.cli.interruption import when_interrupted
from seedengine.cli.options import json_option, spec_argument
from seedengine.cli.output import progress, show_result, show_target
from seedengine.render.summary import render_summary


@click.command("generate", cls=Command)
@spec_argument
@click.option(
    "--output",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="The directory of the files, one for each table; it is created when missing.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "jsonl", "parquet", "sql"]),
    default="csv",
    show_default=True,
    help="What kind of files.",
)
@json_option("--summary", what="the summary")
def command(spec: Path, output: Path, file_format: engine.FileFormat, as_json: bool) -> None:
    """Write the rows of SPEC to files, one for each table; no database is used."""
    loaded = engine.load(spec)
    if not as_json:
        show_target(str(output))
    with when_interrupted("no file is half written"), progress() as report:
        summary = engine.generate(loaded, output, file_format, progress=report)
    show_result(summary, as_json, partial(render_summary, removed=False))
