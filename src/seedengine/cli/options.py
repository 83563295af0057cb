"""Arguments and options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from seedengine.cli.guard import ALLOWED

Function = TypeVar("Function", bound=Callable[..., Any])

spec_argument = click.argument("spec", type=click.Path(path_type=Path))

specs_argument = click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=click.Path(path_type=Path))


def database_option(otherwise: str) -> Callable[[Function], Function]:
    """`--database-url`, with what holds when it is not given."""
    return click.option("--database-url", metavar="URL", help=f"The database, as ORMs write it. {otherwise}")


allow_option = click.option(
    "--allow-target",
    metavar="HOST/DATABASE",
    help=f"Allow exactly this target, which is not on this machine, to be changed; or set {ALLOWED} to it.",
)


def json_option(*names: str, what: str) -> Callable[[Function], Function]:
    """A choice of text or JSON that reaches the command as the boolean `as_json`."""
    return click.option(
        *names,
        "as_json",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        callback=lambda _ctx, _parameter, value: value == "json",
        help=f"How to print {what}.",
    )
