"""`seedengine schema`: the JSON Schema of the language."""

import click

from seedengine import engine
from seedengine.cli.exits import Command
from seedengine.cli.output import show_json


@click.command("schema", cls=Command)
def command() -> None:
    """Print the JSON Schema of the language.

    An editor that is given it checks and completes specs as they are written.
    """
    show_json(engine.json_schema())
