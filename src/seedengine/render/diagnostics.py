"""Diagnostics as rustc shows them: what, where, the line with carets, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from seedengine.diagnostics import Diagnostic, Location
from seedengine.render.terminal import plain, style

WIDTH = 100
"""The most columns of a source line that are shown."""

_LEAD = 40
"""The columns before the caret that stay in sight, where a line is cut."""

_COLORS = {"error": "red", "warning": "yellow"}
_TAB = "    "


def render_diagnostics(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """The diagnostics as text, an empty line between them and no line break at the end.

    No character of a spec steers the terminal; ANSI colours only with `color`.
    """
    return "\n\n".join(_render(each, color) for each in diagnostics)


def diagnostic_as_json(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic as data for JSON: severity, code, message, help and location, texts as they are, null if absent.

    The texts may hold control characters, so print them only as JSON in ASCII.
    """
    location = diagnostic.location
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "location": location
        and {
            "file": location.file,
            "line": location.line,
            "column": location.column,
            "length": location.length,
        },
    }


def _render(diagnostic: Diagnostic, color: bool) -> str:
    location = diagnostic.location
    tone = _COLORS[diagnostic.severity]
    head = style(f"{diagnostic.severity}[{diagnostic.code}]", "bold", tone, color=color)
    lines = [head + style(f": {plain(diagnostic.message)}", "bold", color=color)]
    gutter = " " * len(str(location.line)) if location else " "
    if location is not None:
        arrow = style("-->", "bold", "blue", color=color)
        lines.append(f"{gutter}{arrow} {plain(location.file)}:{location.line}:{location.column}")
        lines.extend(_snippet(location, tone, color) if location.source else ())
    if diagnostic.help is not None:
        equals = style("=", "bold", "blue", color=color)
        lines.append(f"{gutter} {equals} {style('help', 'bold', color=color)}: {plain(diagnostic.help)}")
    return "\n".join(lines)


def _snippet(location: Location, tone: str, color: bool) -> list[str]:
    number = str(location.line)
    bar = style("|", "bold", "blue", color=color)
    empty = f"{' ' * len(number)} {bar}"
    before, marked, after = _window(location)
    carets = style("^" * max(1, cell_len(marked)), "bold", tone, color=color)
    return [
        empty,
        f"{style(number, 'bold', 'blue', color=color)} {bar} {before}{marked}{after}".rstrip(),
        f"{empty} {' ' * cell_len(before)}{carets}",
    ]


def _window(location: Location) -> tuple[str, str, str]:
    """The source line around the carets: before them, above them and after them, WIDTH columns at most."""
    source, start = location.source, location.column - 1
    end = start + location.length
    tail = _fitting(source[start : start + WIDTH], WIDTH)
    lead = _fitting(source[max(0, start - WIDTH) : start][::-1], max(_LEAD, WIDTH - _width(tail)))[::-1]
    tail = _fitting(tail, WIDTH - _width(lead))
    first, last = start - len(lead), start + len(tail)
    before = ("…" if first > 0 else "") + _shown(lead)
    return (
        before,
        _shown(source[start : min(end, last)]),
        _shown(source[end:last]) + ("…" if last < len(source) else ""),
    )


def _fitting(text: str, width: int) -> str:
    """As much of the text from its start as fits into so many columns."""
    if text.isascii() and text.isprintable():
        return text[:width]
    for position, character in enumerate(text):
        width -= _width(character)
        if width < 0:
            return text[:position]
    return text


def _width(text: str) -> int:
    return cell_len(_shown(text))


def _shown(text: str) -> str:
    return plain(text.replace("\t", _TAB))
