"""What keeps a run from changing a database that was not meant: only the operator allows one on another machine."""

from __future__ import annotations

import os
from shlex import quote
from typing import TYPE_CHECKING

from seedengine.diagnostics import Refused
from seedengine.render.terminal import plain

if TYPE_CHECKING:
    from seedengine.targets.protocol import Target

ALLOWED = "SEEDENGINE_ALLOW_TARGET"


def check_allowed(target: Target, allowed: str | None) -> None:
    """Raise Refused where the target is on another machine and neither `allowed` nor the environment names it."""
    name = target.guarded
    if name is None or name in (allowed, os.environ.get(ALLOWED)):
        return
    shown = plain(name)
    raise Refused(
        f"`{shown}` is not on this machine, and nobody has allowed it to be changed",
        f"where it is meant, give `--allow-target {quote(shown)}`, or set {ALLOWED} to that name",
    )
