"""A plan that was looked at and saved: `apply` does exactly that, or says that it is out of date."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from seedengine.diagnostics import InvalidCall, Refused
from seedengine.planning.plan import CleanStep, Plan
from seedengine.spec.profiles import LoadOptions


class Call(BaseModel):
    """What the call that made a plan said; `spec` is a path, seen from the working directory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec: str
    scale: str | None = None
    profile: str | None = None
    create_tables: bool = False
    bulk: Literal["auto", "always", "never"] = "auto"

    @classmethod
    def of(
        cls, spec: Path, options: LoadOptions, *, create_tables: bool, bulk: Literal["auto", "always", "never"]
    ) -> Call:
        """The call with these options."""
        scale = None if options.scale is None else str(Decimal(options.scale.numerator) / options.scale.denominator)
        return cls(spec=str(spec), scale=scale, profile=options.profile, create_tables=create_tables, bulk=bulk)


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True)

    table: str
    rows: int | None
    named: int
    strangers: int
    mixed: int


class SavedPlan(BaseModel):
    """What `apply` holds a saved plan against; the rest of the file is for its readers."""

    model_config = ConfigDict(frozen=True)

    seedengine_plan: Literal[1]
    call: Call
    target: str
    identity: str
    fingerprint: str
    create: tuple[str, ...]
    clean: tuple[_Step, ...]
    digests: dict[str, str]


def save(path: Path, plan: Plan, call: Call) -> None:
    """Write a plan so that `read_saved` reads it: all of it, or nothing; raises InvalidCall where it cannot be."""
    data: dict[str, Any] = {"seedengine_plan": 1, "call": call.model_dump(), **plan.as_json()}
    unfinished = path.with_name(f".{path.name}.seedengine-unfinished")
    try:
        unfinished.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
    else:
        return
    finally:
        with suppress(OSError):
            unfinished.unlink()
    raise InvalidCall(f"`{path}`: {reason}", "name a file in a folder that can be written")


def read_saved(path: Path) -> SavedPlan:
    """The plan that a file holds; raises InvalidCall where it holds none."""
    try:
        return SavedPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
    except ValidationError:
        reason = "it is no plan that `seedengine plan --output` wrote for a database"
    raise InvalidCall(f"`{path}`: {reason}", "save one with `seedengine plan SPEC --output plan.json`")


def refuse_stale(
    saved: SavedPlan,
    fingerprint: str,
    database: tuple[str, str],
    created: Sequence[str],
    steps: Sequence[CleanStep],
    digests: Mapping[str, str],
) -> None:
    """Raises Refused where anything is no longer as it was when the plan was saved; it names the first such thing.

    A `database` is known by its name and by its identity: a copy of a server has that too, at another place.
    """
    before = {step.table: step for step in saved.clean}
    now = {step.table: _Step.model_validate(step, from_attributes=True) for step in steps}
    changed = [
        *(["the spec, its size, or a version that its values depend on"] if saved.fingerprint != fingerprint else []),
        *([f"the database{_names(saved.target, database[0])}"] if (saved.target, saved.identity) != database else []),
        *(["the tables that are missing"] if tuple(created) != saved.create else []),
        *(
            f"the rows of `{table}` that go ({_rows(before.get(table))} then, {_rows(now.get(table))} now)"
            for table in {**before, **now}
            if before.get(table) != now.get(table) or saved.digests.get(table) != digests.get(table)
        ),
    ]
    if changed:
        more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise Refused(
            f"the plan is out of date: {changed[0]} changed since it was made{more}",
            "nothing was changed; make a new plan, and look at it",
        )


def _names(before: str, now: str) -> str:
    return f" (`{before}` then, `{now}` now)" if before != now else f" that is called `{now}`"


def _rows(step: _Step | None) -> str:
    return f"{step.rows or 0:,}" if step else "0"
