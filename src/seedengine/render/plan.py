"""A plan as a person reads it: what is created, evaluated, removed and inserted, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seedengine.catalog import TakenOff
from seedengine.planning import CleanStep, InsertStep, Plan
from seedengine.planning.plan import UpsertStep
from seedengine.render.size import size_words
from seedengine.render.terminal import plain


def render_plan(plan: Plan) -> RenderableType:
    """The plan as numbered steps in aligned columns; a section with nothing in it is left out.

    Warnings and notes are not part of it, since they go to another stream.
    """
    sections = {
        "create": _creation(plan.create),
        "evaluate": _evaluation(plan.fields),
        "remove": _removal(plan.clean),
        "take off while inserting": _taken_off(plan.bulk),
        "insert or update": _upserting(plan.upsert, plan.insert),
        "insert": _insertion(() if plan.upsert else plan.insert),
    }
    parts: list[RenderableType] = []
    for title, steps in sections.items():
        if steps.row_count:
            parts += ["", Text(title, "bold"), Padding(steps, (0, 0, 0, 2), expand=False)]
    words = ", ".join((f"seed {plan.seed}", *size_words(plan.size), f"fingerprint {plan.fingerprint[:12]}"))
    return Group(*parts, "", Text(words, "dim"))


def _creation(tables: Sequence[str]) -> Table:
    grid = _grid(1)
    for number, table in enumerate(tables, 1):
        grid.add_row(_dim(str(number)), Text(plain(table)))
    return grid


def _removal(steps: Sequence[CleanStep]) -> Table:
    if any(step.rows is None for step in steps):
        grid = _grid(2)
        for number, step in enumerate(steps, 1):
            grid.add_row(_dim(str(number)), Text(plain(step.table)), _dim(step.why))
        return grid
    return _counted([(step.table, step.rows or 0, _which(step)) for step in steps])


def _which(step: CleanStep) -> str:
    """Why rows go, and what a reader should look at before they do."""
    words = step.why
    if step.rows and 0 < step.named < step.rows:
        words += f" ({step.named:,} and {step.rows - step.named:,})"
    if step.strangers:
        words += f"; {step.strangers:,} that this spec would not make again"
        words += f": {step.strange_keys}" if step.strange_keys else ""
    if step.mixed:
        words += f"; {step.mixed:,} only for hanging on rows that go, and may be somebody's: {step.mixed_keys}"
    return words


def _taken_off(steps: Sequence[TakenOff]) -> Table:
    grid = _grid(2)
    for number, step in enumerate(steps, 1):
        kinds = {"foreign keys": step.foreign_keys, "constraints": step.constraints, "indexes": step.indexes}
        words = "; ".join(f"{kind} {', '.join(names)}" for kind, names in kinds.items() if names)
        grid.add_row(_dim(str(number)), Text(plain(step.table)), _dim(words))
    return grid


def _insertion(steps: Sequence[InsertStep]) -> Table:
    return _counted([(step.table, step.rows, _origin(step)) for step in steps])


def _upserting(steps: Sequence[UpsertStep], inserts: Sequence[InsertStep]) -> Table:
    rows = []
    for step in steps:
        origin = "; ".join(_origin(each) for each in inserts if each.table == step.table)
        counts = (step.new, step.updated, step.unchanged)
        rows.append((step.table, sum(counts), f"{_kinds(*counts)}; {origin}"))
    new, updated = sum(step.new for step in steps), sum(step.updated for step in steps)
    return _counted(rows, f"in all: {_kinds(new, updated, sum(step.unchanged for step in steps))}")


def _kinds(new: int, updated: int, unchanged: int) -> str:
    return f"{new:,} new, {updated:,} updated, {unchanged:,} unchanged"


def _origin(step: InsertStep) -> str:
    later = f"; afterwards sets {', '.join(step.later)}" if step.later else ""
    return f"of {step.entity}{later}"


def _evaluation(fields: Sequence[str]) -> Table:
    """Fields in the order of evaluation, one line for each stretch within an entity."""
    grid = _grid(2)
    pairs = [field.partition(".") for field in fields]
    for number, (entity, stretch) in enumerate(groupby(pairs, key=lambda pair: pair[0]), 1):
        names = ", ".join(name for _, _, name in stretch)
        grid.add_row(_dim(str(number)), Text(plain(entity)), _dim(names))
    return grid


def _counted(steps: Sequence[tuple[str, int, str]], in_all: str = "in all") -> Table:
    """Steps with a table, a number of rows and words, and their sum with words of its own."""
    grid = _grid(3)
    for number, (table, rows, words) in enumerate(steps, 1):
        grid.add_row(_dim(str(number)), Text(plain(table)), Text(f"{rows:,}", justify="right"), _dim(words))
    if steps:
        total = Text(f"{sum(rows for _, rows, _ in steps):,}", "bold", justify="right")
        grid.add_row("", "", total, _dim(in_all))
    return grid


def _grid(columns: int) -> Table:
    """A right-aligned column for a step's number, and others whose text is folded where it is too long."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True)
    for _ in range(columns):
        grid.add_column(overflow="fold")
    return grid


def _dim(text: str) -> Text:
    return Text(plain(text), "dim")
