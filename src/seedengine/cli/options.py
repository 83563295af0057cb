"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seedengine import engine
from seedengine.cli.guard import ALLOWED
from seedengine.planning.safety import MAX_DELETES, Allowed

if TYPE_CHECKING:
    from seedengine.spec.load import Loaded

Function = TypeVar("Function", bound=Callable[..., Any])

spec_argument = click.argument("spec", type=click.Path(path_type=Path))

spec_or_plan_argument = click.argument("spec", required=False, type=click.Path(path_type=Path))

specs_argument = click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=click.Path(path_type=Path))


@dataclass(frozen=True, slots=True)
class Load:
    """Loads a spec as the options of the call say."""

    scale: str | None
    profile: str | None
    allow_python: bool

    @property
    def sizes(self) -> tuple[str | None, str | None]:
        """What the call says of the size."""
        return self.scale, self.profile

    def sized(self, scale: str | None, profile: str | None) -> Load:
        """The same with another size."""
        return replace(self, scale=scale, profile=profile)

    def __call__(self, path: Path) -> Loaded:
        """The checked spec; raises as `engine.load` does."""
        return engine.load(path, scale=self.scale, profile=self.profile, allow_python=self.allow_python)


def loading_options(function: Function) -> Function:
    """`--scale`, `--profile` and `--allow-python`, which reach the command as one argument `load`."""

    @click.option("--scale", metavar="N", help="Multiply every count by N, which may be a fraction.")
    @click.option("--profile", metavar="NAME", help="Take the scale and counts of that profile of the spec.")
    @click.option("--allow-python", is_flag=True, help="Call the Python functions that the spec names.")
    @wraps(function)
    def command(scale: str | None, profile: str | None, allow_python: bool, **others: Any) -> Any:
        return function(load=Load(scale, profile, allow_python), **others)

    return command  # type: ignore[return-value]


def database_option(otherwise: str) -> Callable[[Function], Function]:
    """`--database-url`, with what holds when it is not given."""
    return click.option("--database-url", metavar="URL", help=f"The database, as ORMs write it. {otherwise}")


allow_option = click.option(
    "--allow-target",
    metavar="HOST/DATABASE",
    help=f"Allow exactly this target, which is not on this machine, to be changed; or set {ALLOWED} to it.",
)


def bulk_option(function: Function) -> Function:
    """`--bulk-load` and `--keep-constraints`, which reach the command as one argument `bulk`."""

    @click.option(
        "--bulk-load",
        is_flag=True,
        help="Take keys and indexes off PostgreSQL tables while many rows come, on any machine; it locks them.",
    )
    @click.option("--keep-constraints", is_flag=True, help="Leave all keys and indexes in place while rows come.")
    @wraps(function)
    def command(bulk_load: bool, keep_constraints: bool, **others: Any) -> Any:
        if bulk_load and keep_constraints:
            raise click.UsageError("--bulk-load and --keep-constraints exclude each other")
        return function(bulk="always" if bulk_load else "never" if keep_constraints else "auto", **others)

    return command  # type: ignore[return-value]


def _number(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    if isnan(value):
        raise click.BadParameter("'nan' is no number of seconds.")
    return value


lock_option = click.option(
    "--lock-timeout",
    "lock_seconds",
    type=click.FloatRange(min=0.001, max=10**6),
    callback=_number,
    metavar="SECONDS",
    default=60,
    show_default=True,
    help="Wait no longer for another run, or for anybody's lock.",
)


def safety_options(function: Function) -> Function:
    """What the operator allows, which reaches the command as one argument `allowed`, and `--lock-timeout`."""

    @click.option("--delete-mixed", is_flag=True, help="Let rows go that also hang on somebody's rows, which stay.")
    @click.option(
        "--max-deletes",
        type=click.IntRange(min=0),
        metavar="N",
        help=f"Let N rows go that the spec would not make again; {MAX_DELETES:,} otherwise.",
    )
    @click.option("--unwitnessed", is_flag=True, help="Do not hold what was done against the database's own counts.")
    @click.option("--unprotect", metavar="DATABASE", help="Write to this database, although it is protected.")
    @lock_option
    @wraps(function)
    def command(
        delete_mixed: bool, max_deletes: int | None, unwitnessed: bool, unprotect: str | None, **others: Any
    ) -> Any:
        return function(allowed=Allowed(delete_mixed, max_deletes, unwitnessed, unprotect), **others)

    return command  # type: ignore[return-value]


def json_option(*names: str, what: str) -> Callable[[Function], Function]:
    """A choice of text or JSON that reaches the command as the boolean `as_json`."""
    return click.option(
        *names,
        "as_json",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        callback=lambda _ctx, _parameter, value: value == "json",
        help=f"How to print {what}.",
    )
