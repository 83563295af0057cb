"""A database held against a spec, and a spec against its lock, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from seedengine.diagnostics import Diagnostic
from seedengine.differences import EntityDifferences, ExtraRows
from seedengine.planning.plan import Size


@dataclass(frozen=True, slots=True)
class Verification:
    """How a database differs from a spec, entity by entity, and the rows that it has besides; in seconds, how long."""

    spec: str
    target: str
    entities: tuple[EntityDifferences, ...]
    extra: tuple[ExtraRows, ...]
    seconds: float
    warnings: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    size: Size = field(default_factory=Size)

    @property
    def differs(self) -> bool:
        """Whether there is any difference."""
        return bool(self.extra) or any(each.differs for each in self.entities)

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON data."""
        return {"differs": self.differs, **asdict(self)}


@dataclass(frozen=True, slots=True)
class LockedRows:
    """How many rows an entity makes, and the digest of them all in their order."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class LockEntry:
    """What a spec makes in one size, and the versions of what makes it."""

    versions: Mapping[str, str]
    entities: Mapping[str, LockedRows]


@dataclass(frozen=True, slots=True)
class Drift:
    """A version, or the rows of an entity, that are not as they were locked; None where there are none."""

    what: str
    locked: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class LockVerification:
    """What has drifted from a lock; none where `written` says that the lock was written just now."""

    spec: str
    lock: str
    entities: int
    rows: int
    drifts: tuple[Drift, ...]
    written: bool
    seconds: float
    warnings: tuple[Diagnostic, ...] = ()
    notes: tuple[str, ...] = ()
    size: Size = field(default_factory=Size)

    @property
    def differs(self) -> bool:
        """Whether anything has drifted."""
        return bool(self.drifts)

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON data."""
        return {"differs": self.differs, **asdict(self)}


def find_drifts(locked: LockEntry, now: LockEntry) -> tuple[Drift, ...]:
    """Everything that differs: versions first, then entities, each in the order of what is there now."""
    versions = (
        Drift(name, locked.versions.get(name), now.versions.get(name))
        for name in dict.fromkeys((*now.versions, *locked.versions))
    )
    entities = (
        Drift(name, *_rows_in_words(locked.entities.get(name), now.entities.get(name)))
        for name in dict.fromkeys((*now.entities, *locked.entities))
    )
    return tuple(each for each in (*versions, *entities) if each.locked != each.now)


def _rows_in_words(locked: LockedRows | None, now: LockedRows | None) -> tuple[str | None, str | None]:
    """Both by their digests where there are as many rows, else by their numbers."""
    if locked and now and locked.rows == now.rows:
        return f"digest {locked.digest}", f"digest {now.digest}"
    return tuple(each and f"{each.rows:,} row{'' if each.rows == 1 else 's'}" for each in (locked, now))  # type: ignore[return-value]
