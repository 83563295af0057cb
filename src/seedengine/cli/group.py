"""The command `seedengine`: a group that loads a command only when it is called."""

import gc
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from typing import NoReturn

import click

from seedengine.cli.exits import PIPE_CLOSED, code_of, say_fault, usage_fault_as_json
from seedengine.cli.interruption import INTERRUPTED
from seedengine.cli.output import show_json
from seedengine.render.terminal import plain

COMMANDS = {
    "apply": "Remove what an earlier run left, then insert, in one transaction.",
    "plan": "Show what apply would remove and insert.",
    "clean": "Only remove what an earlier run left.",
    "protect": "Mark a database, so that nothing writes to it by mistake.",
    "validate": "Check specs without running them.",
    "generate": "Write the rows to files instead of a database.",
    "verify": "Compare a database, or a lock, with what a spec makes.",
    "schema": "Print the JSON Schema of the language, for editors.",
}


class LazyGroup(click.Group):
    """Knows its commands by name and summary; their modules are imported when one is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands in the order in which help shows them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"seedengine.cli.{cmd_name}").command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the summaries, which need no command's module."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"seedengine {version('seedengine')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def group() -> None:
    """Fill a database with believable, connected rows from a YAML spec.

    The same spec gives the same rows on every machine, on every day. Rows that are not the spec's own are
    never changed or removed.
    """


def run(arguments: Sequence[str]) -> int:
    """Run the command line with these arguments and give its exit code; what goes wrong is said on stderr."""
    try:
        _refuse_stray_urls(arguments)
        code = group.main(args=list(arguments), prog_name="seedengine", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        fault = _without_url(error, arguments)
        if _wants_json(arguments):
            show_json(usage_fault_as_json(fault))
        else:
            _escaped(fault).show()
        return fault.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return PIPE_CLOSED
    except OSError as error:
        say_fault(error)
        return code_of(error)
    return code if isinstance(code, int) else 0


def _refuse_stray_urls(arguments: Sequence[str]) -> None:
    """Raises UsageError, which shows none of it, where a URL stands in the place of anything else."""
    for before, each in pairwise(["", *arguments]):
        if "://" in each and before != "--database-url" and not each.startswith("--database-url="):
            raise click.UsageError("the URL of a database goes to `--database-url`")


def _without_url(error: click.ClickException, arguments: Sequence[str]) -> click.ClickException:
    """The fault in words that show no rest of a URL, which a shell tears at the spaces of a password."""
    words = [each for each in arguments if each and not each.startswith("-")]
    is_torn = any("://" in each for each in arguments) and any(each in error.format_message() for each in words)
    if not is_torn or not isinstance(error, click.UsageError) or isinstance(error, click.BadParameter):
        return error
    return click.UsageError("the call cannot be parsed; give the URL in quotes, as `--database-url 'URL'`", error.ctx)


def _escaped(fault: click.ClickException) -> click.ClickException:
    """The fault in words that steer no terminal: click quotes whatever it repeats, but for words too many."""
    return click.UsageError(plain(fault.message), fault.ctx) if type(fault) is click.UsageError else fault


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether JSON was asked for in a call that could not be parsed."""
    named = pairwise(arguments)
    return any(pair in (("--format", "json"), ("--summary", "json")) for pair in named) or not {
        "--format=json",
        "--summary=json",
    }.isdisjoint(arguments)


def _start_quickly() -> None:
    """Imports leave no garbage to look for, and nothing here needs the threads of a linear algebra library."""
    gc.set_threshold(1_000_000)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    _start_quickly()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller, as in `>&-`
            setattr(sys, name, io.TextIOWrapper(io.FileIO(os.devnull, "w")))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # What cannot be written now cannot be written at the interpreter's own last flush either.
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    # Taking apart the modules of polars and sqlglot costs a short command 0.1 s; every connection is closed by now.
    os._exit(code)
