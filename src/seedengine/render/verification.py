"""What a verification found as a person reads it: how many rows differ, entity by entity, and the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seedengine.differences import ChangedValue, EntityDifferences, Key
from seedengine.planning.verification import LockVerification, Verification
from seedengine.render.size import size_words
from seedengine.render.terminal import plain

_LONGEST = 60
"""Characters of a value that are shown; JSON has them all."""


def render_verification(found: Verification) -> RenderableType:
    """An aligned table of numbers, then the first rows and values that differ, and a closing line.

    Warnings and notes are not part of it, since they go to another stream.
    """
    rows = sum(each.rows for each in found.entities)
    words = ", ".join((f"{_counted(rows, 'row')} compared", *size_words(found.size)))
    color = "bold red" if found.differs else "bold green"
    closing = Text.assemble((_verdict(found), color), f"; {words}")
    return Group("", _numbers(found), *_details(found), "", closing)


def _verdict(found: Verification) -> str:
    """How many rows differ and how many columns are lacking, or that there is no difference."""
    rows = sum(each.missing + each.changed for each in found.entities) + sum(each.rows for each in found.extra)
    columns = sum(len(each.lacking) for each in found.entities)
    parts = [f"{_counted(rows, 'row')} differ{'s' if rows == 1 else ''}"] if rows else []
    parts += [f"{_counted(columns, 'column')} lacking"] if columns else []
    return ", ".join(parts) or "no difference"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _numbers(found: Verification) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, header_style="dim")
    table.add_column("table", overflow="fold")
    table.add_column("entity", overflow="fold")
    for title in ("rows", "missing", "changed", "extra"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in found.entities:
        numbers = (f"{number:,}" for number in (each.rows, each.missing, each.changed))
        table.add_row(Text(plain(each.table)), Text(plain(each.entity)), *numbers, "")
    for extra in found.extra:
        table.add_row(Text(plain(extra.table)), "", "", "", "", f"{extra.rows:,}")
    return table


def _details(found: Verification) -> Iterator[RenderableType]:
    for each in found.entities:
        if each.lacking:
            names = ", ".join(map(plain, each.lacking))
            yield from _section(f"{each.entity}: columns that {each.table} does not have", [Text(names)], 1)
        yield from _section(f"{each.entity}: missing", [Text(_key(key)) for key in each.missing_keys], each.missing)
        yield from _section(f"{each.entity}: changed", [_change(value) for value in each.first], _values(each))
    for extra in found.extra:
        yield from _section(f"{extra.table}: extra", [Text(_key(key)) for key in extra.keys], extra.rows)


def _values(entity: EntityDifferences) -> int:
    return sum(entity.columns.values())


def _section(title: str, lines: Sequence[Text], number: int) -> Iterator[RenderableType]:
    """The lines under a title, and how many more there are."""
    if not lines:
        return
    yield ""
    yield Text(plain(title), "bold")
    for line in lines:
        yield Padding(line, (0, 0, 0, 2), expand=False)
    if number > len(lines):
        yield Padding(Text(f"and {number - len(lines):,} more", "dim"), (0, 0, 0, 2), expand=False)


def _change(value: ChangedValue) -> Text:
    words = f"{_key(value.key)}: {plain(value.column)} is {_value(value.found)}, expected {_value(value.expected)}"
    return Text(words)


def _key(key: Key) -> str:
    return ", ".join(f"{plain(name)} {_value(value)}" for name, value in key.items())


def _value(value: str | None) -> str:
    if value is None:
        return "NULL"
    shown = plain(value[:_LONGEST])
    return f"`{shown}{'…' if len(value) > _LONGEST else ''}`"


def render_lock(found: LockVerification) -> RenderableType:
    """Every drift on a line and what to do about them; or that the lock holds, or was written."""
    entities = "1 entity" if found.entities == 1 else f"{found.entities:,} entities"
    words = ", ".join((f"{_counted(found.rows, 'row')} of {entities}", *size_words(found.size)))
    if found.written:
        return Text.assemble(("wrote", "bold green"), f" {plain(found.lock)}: {words}")
    if not found.differs:
        return Text.assemble(("no drift", "bold green"), f" from {plain(found.lock)}: {words}")
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False, header_style="dim")
    for title in ("", "locked", "now"):
        table.add_column(title, overflow="fold")
    for each in found.drifts:
        table.add_row(*(Text(plain(text)) for text in (each.what, each.locked or "none", each.now or "none")))
    closing = Text.assemble((_counted(len(found.drifts), "drift"), "bold red"), f" from {plain(found.lock)}")
    help = (
        "install the versions that were locked, or undo what changed in the spec; where the new rows are meant, "
        "`seedengine verify SPEC --write-lock`"
    )
    return Group(table, "", closing, Text(help, "dim"))
