"""`seedengine generate`: rows to files."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from seedengine import engine
from seedengine.cli.exits import Command
from seedengine.cli.interruption import when_interrupted
from seedengine.cli.options import Load, json_option, loading_options, spec_argument
from seedengine.cli.output import progress, show_result, show_target
from seedengine.render.summary import render_summary


@click.command("generate", cls=Command)
@spec_argument
@loading_options
@click.option(
    "--output",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="The directory of the files; it is created when missing.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "jsonl", "parquet", "sql"]),
    default="csv",
    show_default=True,
    help="What kind of files.",
)
@click.option(
    "--compress",
    "compression",
    type=click.Choice(["gzip", "zstd"]),
    help="Compress the files; those of Parquet always are.",
)
@click.option(
    "--part-rows",
    metavar="N",
    type=click.IntRange(min=1),
    help="Split tables in files of N rows, <table>-00001 and on.",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="How many processes share the work; the rows are the same.",
)
@json_option("--summary", what="the summary")
def command(load: Load, spec: Path, output: Path, file_format: engine.FileFormat, as_json: bool, **how: Any) -> None:
    """Write the rows of SPEC to files, one for each table; no database is used.

    Files that an earlier run of the same spec has left whole are not made again.
    """
    loaded = load(spec)
    if not as_json:
        show_target(str(output))
    with when_interrupted("no file is half written; the same call goes on from there"), progress() as report:
        summary = engine.generate(loaded, output, file_format, **how, progress=report)
    show_result(summary, as_json, partial(render_summary, removed=False, inserted_title="rows"))
