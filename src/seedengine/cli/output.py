"""What a person or a program gets to see: results on stdout; diagnostics, notes and progress on stderr."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import click

from seedengine.diagnostics import Diagnostic
from seedengine.render.terminal import plain, style

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WIDE = 10_000
PROGRESS_AFTER = 0.3
FORCING = ("FORCE_COLOR", "TTY_COMPATIBLE")


class Result(Protocol):
    """What a run gives: a plan or a summary."""

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the user should look at."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user may want to know."""

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON data."""


def show(renderable: RenderableType) -> None:
    """Write a result to stdout: in colour, and as wide as the terminal, only where stdout is one."""
    _write(_as_text(renderable, sys.stdout))


def show_json(data: object) -> None:
    """Write one JSON document to stdout, in ASCII, so that no text in it steers a terminal."""
    click.echo(json.dumps(data, indent=2))


def show_target(name: str, origin: str | None = None) -> None:
    """Write the first line of a run, at once: the target, and who named it if not the call."""
    label = style("target", "bold", color=_in_colour(sys.stdout))
    _write(f"{label}  {plain(name)}" + (f"  ({origin})" if origin else ""))
    sys.stdout.flush()


def show_valid(path: str) -> None:
    """Write that a spec is valid."""
    _write(style(plain(path), "bold", color=_in_colour(sys.stdout)) + " is valid")


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes that are written once, as soon as they are known; none at all while the result is JSON, which has them."""

    as_json: bool
    written: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Write a note to stderr, unless it is there already."""
        if not self.as_json and text not in self.written:
            self.written.append(text)
            note("note", text)


def show_result(
    result: Result, as_json: bool, render: Callable[[Any], RenderableType], notes: Notes | None = None
) -> None:
    """Write a plan or a summary: warnings and notes, then the result; or all of it as one JSON object.

    `notes` knows which are written already.
    """
    if as_json:
        from seedengine.render.diagnostics import diagnostic_as_json

        show_json({**result.as_json(), "warnings": [diagnostic_as_json(each) for each in result.warnings]})
        return
    diagnose(result.warnings)
    notes = notes or Notes(as_json)
    for text in result.notes:
        notes.write(text)
    show(render(result))


def diagnose(diagnostics: Sequence[Diagnostic]) -> None:
    """Write diagnostics to stderr."""
    if diagnostics:
        from seedengine.render.diagnostics import render_diagnostics

        _write(render_diagnostics(diagnostics, color=_in_colour(sys.stderr)), err=True)


def note(label: str, message: str, help: str | None = None) -> None:
    """Write one line to stderr under a label such as `error` or `note`, and a line of help."""
    color = _in_colour(sys.stderr)
    line = style(label, "bold", "red" if label == "error" else "cyan", color=color) + ": " + plain(message)
    if help:
        line += f"\n  {style('=', 'bold', 'blue', color=color)} {style('help', 'bold', color=color)}: {plain(help)}"
    _write(line, err=True)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """A place to report rows to, shown on stderr while work is long and only where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    start = time.monotonic()
    with Progress(*columns, console=_console(sys.stderr), transient=True, redirect_stdout=False) as bars:
        bar = bars.add_task("", visible=False)

        def report(table: str, done: int, total: int) -> None:
            late = time.monotonic() - start > PROGRESS_AFTER
            bars.update(bar, description=plain(table), completed=done, total=total, visible=late)

        yield report


def _write(text: str, *, err: bool = False) -> None:
    """Write text in the colours that it has: click would take them off where the stream is no terminal."""
    click.echo(text, err=err, color=True)


def _console(stream: TextIO, width: int | None = None) -> Console:
    from rich.console import Console

    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def _in_colour(stream: TextIO) -> bool:
    if not stream.isatty() and not any(map(os.environ.get, FORCING)):
        return False  # as rich would find out, which takes longer to import than a short command takes
    console = _console(stream)
    return console.color_system is not None and not console.no_color


def _as_text(renderable: RenderableType, stream: TextIO) -> str:
    """The text of a renderable, without the blanks that rich pads lines with."""
    console = _console(stream, None if stream.isatty() else WIDE)
    with console.capture() as capture:
        console.print(renderable)
    return re.sub(r" +$", "", capture.get(), flags=re.MULTILINE).rstrip("\n")
