"""`seedengine protect`: marks a database, so that nothing writes to it without a word of its own."""

from shlex import quote

import click

from seedengine.cli.destination import VARIABLE, named_destination, opened
from seedengine.cli.exits import Command
from seedengine.cli.interruption import when_interrupted
from seedengine.cli.options import database_option, lock_option
from seedengine.cli.output import show_target
from seedengine.diagnostics import InvalidCall
from seedengine.render.terminal import plain


@click.command("protect", cls=Command)
@database_option(f"Otherwise {VARIABLE} of the environment, then of .env.")
@lock_option
def command(database_url: str | None, lock_seconds: float) -> None:
    """Mark a database as protected; it is only read from then on.

    What would write to it is refused unless the call says `--unprotect DATABASE` with exactly its name. The mark is
    an empty schema of PostgreSQL, an empty table of SQLite; a backup takes it along.
    """
    where = named_destination(database_url)
    if where is None:
        raise InvalidCall("no database is named", f"give `--database-url`, or set {VARIABLE}")
    promise = "the mark may be set or not; nothing else was changed"
    with when_interrupted(promise), opened(where, lock_seconds) as target:
        show_target(target.name, where.origin)
        protection = target.protect()
    name, state = plain(protection.database), "was protected already" if protection.already else "is protected now"
    click.echo(
        f"`{name}` {state}: nothing writes to it without `--unprotect {quote(name)}`; "
        f"`{protection.removal}` takes the mark off"
    )
