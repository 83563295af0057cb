"""Exit codes, and what is said when something goes wrong: the one place that turns exceptions into either."""

from typing import Any

import click

from seedengine.cli.interruption import INTERRUPTED, Interrupted
from seedengine.cli.output import diagnose, note, show_json
from seedengine.diagnostics import (
    DatabaseError,
    InvalidCall,
    InvalidSpec,
    Refused,
    SeedengineError,
)

DATABASE, CALL, REFUSED, PIPE_CLOSED = 1, 2, 3, 141

EXIT_CODES: dict[type[BaseException], int] = {
    InvalidSpec: CALL,
    InvalidCall: CALL,
    Refused: REFUSED,
    DatabaseError: DATABASE,
    FileNotFoundError: CALL,
    FileExistsError: CALL,
    IsADirectoryError: CALL,
    NotADirectoryError: CALL,
    PermissionError: CALL,
    OSError: DATABASE,
}


class Command(click.Command):
    """A command whose faults become one clear message and an exit code, as JSON where JSON was asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what stops it ends in the exit code of its kind."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever was reading has seen enough, as in `| head`: nothing to say, and nobody to say it to.
            ctx.exit(PIPE_CLOSED)
        except (SeedengineError, OSError) as error:
            if ctx.params.get("as_json"):
                show_json(fault_as_json(error))
            else:
                say_fault(error)
            ctx.exit(code_of(error))


def code_of(error: BaseException) -> int:
    """The exit code of the nearest kind of fault."""
    if isinstance(error, Interrupted):
        return INTERRUPTED
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def say_fault(error: SeedengineError | OSError) -> None:
    """Say on stderr what went wrong: every diagnostic and then their number, or one line and a help."""
    if isinstance(error, InvalidSpec):
        diagnose(error.diagnostics)
        click.echo(err=True)
        note("error", in_words(error))
    elif isinstance(error, Interrupted):
        click.echo(error.message, err=True)
    else:
        note("error", in_words(error), error.help if isinstance(error, SeedengineError) else None)


def fault_as_json(error: SeedengineError | OSError) -> dict[str, Any]:
    """What went wrong as plain JSON data."""
    from seedengine.render.diagnostics import diagnostic_as_json

    diagnostics = error.diagnostics if isinstance(error, InvalidSpec) else ()
    return {
        "error": in_words(error),
        "help": error.help if isinstance(error, SeedengineError) else None,
        "diagnostics": [diagnostic_as_json(each) for each in diagnostics],
    }


def usage_fault_as_json(error: click.ClickException) -> dict[str, Any]:
    """A call that could not be parsed as plain JSON data; its help is how the command is called."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return {
        "error": error.format_message(),
        "help": context.get_usage() if context else None,
        "diagnostics": [],
    }


def in_words(error: SeedengineError | OSError) -> str:
    """One line that says what went wrong."""
    if isinstance(error, InvalidSpec):
        number = sum(each.severity == "error" for each in error.diagnostics)
        files = dict.fromkeys(each.location.file for each in error.diagnostics if each.location)
        where = f" in {', '.join(files)}" if files else ""
        return f"{number} {'fault' if number == 1 else 'faults'}{where}"
    if isinstance(error, SeedengineError):
        return error.message
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return f"`{error.filename}`: {reason}" if error.filename else reason
