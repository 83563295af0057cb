"""`seedengine validate`: every fault of some specs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedengine import engine
from seedengine.cli.destination import Destination, opened
from seedengine.cli.exits import Command, code_of, fault_as_json, say_fault
from seedengine.cli.options import Load, database_option, json_option, loading_options, specs_argument
from seedengine.cli.output import diagnose, show_json, show_target, show_valid
from seedengine.diagnostics import Diagnostic, InvalidCall, InvalidSpec, Refused

if TYPE_CHECKING:
    from seedengine.targets.protocol import Target


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one file: a fault that makes it wrong, or only warnings."""

    path: Path
    fault: InvalidSpec | InvalidCall | Refused | None = None
    warnings: tuple[Diagnostic, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON data."""
        from seedengine.render.diagnostics import diagnostic_as_json

        found = fault_as_json(self.fault) if self.fault else {"error": None, "help": None, "diagnostics": []}
        found["diagnostics"] += [diagnostic_as_json(each) for each in self.warnings]
        return {"path": str(self.path), "valid": self.fault is None, **found}


@click.command("validate", cls=Command)
@specs_argument
@loading_options
@database_option("Given, the specs are also held against its tables; no other source is looked at.")
@json_option("--format", what="what was found")
def command(load: Load, specs: Sequence[Path], database_url: str | None, as_json: bool) -> None:
    """Check every SPEC and show all faults of all of them; nothing is generated or changed."""
    where = Destination(database_url) if database_url is not None else None
    with opened(where) if where else nullcontext() as target:
        if target and not as_json:
            show_target(target.name)
        verdicts = [_judge(load, path, target) for path in specs]
        name = target.name if target else None
    if as_json:
        valid = not any(verdict.fault for verdict in verdicts)
        show_json({"valid": valid, "target": name, "specs": [verdict.as_json() for verdict in verdicts]})
    else:
        for verdict in verdicts:
            _say(verdict)
    codes = [code_of(verdict.fault) for verdict in verdicts if verdict.fault]
    if codes:
        click.get_current_context().exit(max(codes))


def _judge(load: Load, path: Path, target: Target | None) -> Verdict:
    try:
        return Verdict(path, warnings=engine.validate(load(path), target))
    except (InvalidSpec, InvalidCall, Refused) as fault:
        return Verdict(path, fault)


def _say(verdict: Verdict) -> None:
    if verdict.fault:
        say_fault(verdict.fault)
        return
    diagnose(verdict.warnings)
    show_valid(str(verdict.path))
