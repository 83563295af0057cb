"""Plans and summaries as text: aligned, folded in narrow terminals, and with every text as it stands."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from seedengine.planning import CleanStep, InsertStep, Plan, Summary, TableResult
from seedengine.planning.plan import UpsertStep
from seedengine.render.plan import render_plan
from seedengine.render.summary import render_summary

PLAN = Plan(
    spec="herafi",
    seed=42,
    fingerprint="0123456789abcdef",
    target="sqlite:///herafi.db",
    create=("User", "注文の表"),
    clean=(
        CleanStep("注文の表", "hangs on `User` by `buyerId`, and on `User` by `providerId`", 1200),
        CleanStep("[bold]User[/bold]", "its filter", 7),
    ),
    insert=(
        InsertStep("User", "provider", 15, ("id", "bestId"), later=("bestId",)),
        InsertStep("注文の表", "order", 1234567, ("id",)),
    ),
    fields=("provider.id", "provider.name", "order.id", "provider.total"),
)

UPSERT = replace(
    PLAN,
    create=(),
    clean=(),
    mode="upsert",
    upsert=(UpsertStep("User", 3, 12, 0), UpsertStep("注文の表", 0, 7, 1234560)),
)

SUMMARY = Summary("herafi", "x", (TableResult("User", 7, 15), TableResult("注文の表", 1200, 1234567)), 75.2)


def text(renderable: RenderableType, width: int = 100) -> str:
    """The renderable in a terminal of this width, without colour."""
    console = Console(file=StringIO(), width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()).strip("\n")


def test_a_plan() -> None:
    assert (
        text(render_plan(PLAN))
        == """\
create
  1  User
  2  注文の表

evaluate
  1  provider  id, name
  2  order     id
  3  provider  total

remove
  1  注文の表           1,200  hangs on `User` by `buyerId`, and on `User` by `providerId`
  2  [bold]User[/bold]      7  its filter
                        1,207  in all

insert
  1  User             15  of provider; afterwards sets bestId
  2  注文の表  1,234,567  of order
               1,234,582  in all

seed 42, fingerprint 0123456789ab"""
    )


def test_a_plan_of_an_upsert() -> None:
    assert (
        text(render_plan(UPSERT))
        == """\
evaluate
  1  provider  id, name
  2  order     id
  3  provider  total

insert or update
  1  User             15  3 new, 12 updated, 0 unchanged; of provider; afterwards sets bestId
  2  注文の表  1,234,567  0 new, 7 updated, 1,234,560 unchanged; of order
               1,234,582  in all: 3 new, 19 updated, 1,234,560 unchanged

seed 42, fingerprint 0123456789ab"""
    )


def test_a_summary() -> None:
    assert (
        text(render_summary(SUMMARY))
        == """\
table      removed    inserted
──────────────────────────────
User             7          15
注文の表     1,200   1,234,567
──────────────────────────────
in all       1,207   1,234,582

done in 1 min 15 s"""
    )


def test_a_summary_of_a_cleanup_that_found_nothing() -> None:
    assert text(render_summary(Summary("herafi", "x", (), 0.04), inserted=False)) == "done in 0.0 s"


def test_one_table_needs_no_totals() -> None:
    assert "in all" not in text(render_summary(Summary("herafi", "x", SUMMARY.tables[:1], 1.0)))


@pytest.mark.parametrize("width", [40, 60, 80])
def test_narrow_terminals_get_all_of_it_in_lines_that_fit(width: int) -> None:
    for renderable in (render_plan(PLAN), render_plan(UPSERT), render_summary(SUMMARY)):
        shown = text(renderable, width)
        assert max(cell_len(line) for line in shown.splitlines()) <= width
        assert "…" not in shown
        for word in text(renderable).split():
            assert word in shown or len(word) > 12
