"""Whether rows may go that are not plainly the spec's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seedengine.catalog import Going
from seedengine.diagnostics import Refused

MAX_DELETES = 1000
"""So many strangers may go where the call does not say how many."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator allows: mixed rows to go, a number of rows to go that the spec would not make again, to go on
    where the database cannot witness what a run changes, or counts more than was planned, and to write to the one
    protected database that is named.
    """

    mixed: bool = False
    deletes: int | None = None
    unwitnessed: bool = False
    unprotect: str | None = None

    @property
    def few(self) -> int:
        """No more rows than these can be too many."""
        return MAX_DELETES if self.deletes is None else self.deletes


CAREFUL = Allowed()
"""What goes without a word of the operator."""


def refuse_unsafe(going: Mapping[str, Going], allowed: Allowed) -> None:
    """Raises Refused where more goes than is allowed.

    A filter that takes every row of a table, and none that the spec makes, is refused unless the call says how many
    rows may go.
    """
    mixed = {table: each for table, each in going.items() if each.mixed}
    if mixed and not allowed.mixed:
        listed = "; ".join(f"{each.mixed:,} of `{table}`: {each.mixed_keys}" for table, each in mixed.items())
        count = _rows(sum(each.mixed for each in mixed.values()))
        raise Refused(
            f"{count} that may be somebody's would go too, for hanging on rows that go: {listed}",
            "where they are to go, give `--delete-mixed`, or say with `follows:` in the cleanup which key decides",
        )
    for table, each in going.items() if allowed.deletes is None else ():
        if each.alike:
            raise Refused(
                f"`{table}` holds more rows that look the same as this spec's than it makes, by {each.alike:,}: "
                "which are somebody's cannot be told",
                "tell them apart by a cleanup filter, or by keys like `uuid`; where all are to go, give "
                f"`--max-deletes {_most(going)}`",
            )
    strange = {table: each.strangers for table, each in going.items() if each.strangers}
    many = sum(strange.values())
    if many > allowed.few:
        listed = ", ".join(f"{count:,} of `{table}`" for table, count in strange.items())
        raise Refused(
            f"{_rows(many)} would go that this spec would not make again, and {allowed.few:,} may: {listed}",
            f"look at them with `seedengine plan`; where they are to go, give `--max-deletes {many}`",
        )
    for table, each in going.items() if allowed.deletes is None else ():
        if each.whole and each.strangers == each.rows:
            raise Refused(
                f"the cleanup of `{table}` takes every row of it, {each.rows:,} in all, and none is one that this spec "
                "makes",
                f"where another seed or an earlier version of it made them, give `--max-deletes {_most(going)}`; else "
                "narrow the filter",
            )


def _most(going: Mapping[str, Going]) -> int:
    """As many strangers as there are, or may be where they were not counted."""
    return sum(each.rows if each.strangers is None else each.strangers for each in going.values())


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
