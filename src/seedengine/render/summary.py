"""A summary as a person reads it: rows by table, their totals, and the time it took."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from seedengine.planning import Summary
from seedengine.render.size import size_words
from seedengine.render.terminal import plain


def render_summary(
    summary: Summary,
    *,
    removed: bool = True,
    inserted: bool = True,
    updated: bool = False,
    inserted_title: str = "inserted",
) -> RenderableType:
    """An aligned table with the columns that are wanted, totals in its last line, and a closing line.

    Warnings and notes are not part of it, since they go to another stream.
    """
    columns = []
    if removed:
        columns.append(("removed", [each.removed for each in summary.tables]))
    if inserted:
        columns.append((inserted_title, [each.inserted for each in summary.tables]))
    if updated:
        columns.append(("updated", [each.updated for each in summary.tables]))
    words = ", ".join((_duration(summary.seconds), *size_words(summary.size)))
    closing = Text.assemble(("done", "bold green"), f" in {words}")
    if not summary.tables:
        return Group("", closing)

    table = Table(
        box=box.SIMPLE, show_edge=False, pad_edge=False, show_footer=len(summary.tables) > 1, header_style="dim"
    )
    table.add_column("table", "in all", overflow="fold", footer_style="bold")
    for title, numbers in columns:
        table.add_column(title, f"{sum(numbers):,}", justify="right", no_wrap=True, footer_style="bold")
    for at, each in enumerate(summary.tables):
        table.add_row(Text(plain(each.table)), *(f"{numbers[at]:,}" for _, numbers in columns))
    return Group("", table, "", closing)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
