"""How the rows of a database differ from those that a spec makes, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SHOWN = 20
"""So many rows or values of a kind are listed; their number is given in any case."""

Key = Mapping[str, str | None]
"""What tells a row from others, by column, as text; None is NULL."""


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value of the row with this key that is another than the spec makes; None is NULL."""

    key: Key
    column: str
    expected: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class EntityDifferences:
    """Of the `rows` of an entity, those missing and those changed; the first of each are listed.

    `columns` counts the changed values by column. `lacking` are the columns that the table does not have at all. Where
    nothing tells the rows of an entity apart but all their values, one that is changed is missing, and another extra.
    """

    entity: str
    table: str
    rows: int
    missing: int = 0
    missing_keys: tuple[Key, ...] = ()
    changed: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    first: tuple[ChangedValue, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether there is any difference."""
        return bool(self.missing or self.changed or self.lacking)


@dataclass(frozen=True, slots=True)
class ExtraRows:
    """Rows of a table that a cleanup would remove and that the spec does not make; the first are listed."""

    table: str
    rows: int
    keys: tuple[Key, ...]
