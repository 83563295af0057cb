"""Loads the specs of a folder and makes their rows under an audit hook; prints what they touched and how they ended.

A program of its own, since an audit hook cannot be taken off again: `python watched.py FOLDER`.
"""

import json
import os
import sys
from pathlib import Path

from seedengine import engine
from seedengine.diagnostics import SeedengineError
from seedengine.generation.entity import make_rows, open_world
from seedengine.generation.faults import GenerationFault
from seedengine.render.diagnostics import render_diagnostics

_WATCHED = (
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "import",
    "exec",
    "ctypes.",
    "shutil.",
    "urllib.",
    "ftplib.",
    "pty.",
)
_HARMLESS = ("os.scandir", "os.listdir", "os.stat", "os.putenv")


def outcome(path: Path) -> str:
    """How a spec ended, with all that it said or made."""
    try:
        loaded = engine.load(path)
        world = open_world(loaded.spec)
        return "".join(
            str(make_rows(world, each, 0, min(3, world.count(each))).to_dicts()) for each in loaded.spec.entities
        )
    except (SeedengineError, GenerationFault) as error:
        return f"{type(error).__name__}: {error} {render_diagnostics(getattr(error, 'diagnostics', ()))}"


def main(folder: Path) -> None:
    """Run all specs, the first of them once before anything is watched."""
    specs = sorted(folder.glob("*.yaml"))
    outcome(specs[0])
    events: list[tuple[str, str]] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event.startswith(_WATCHED) and event not in _HARMLESS:
            first = arguments[0] if arguments else ""
            shown = os.fsdecode(first) if isinstance(first, str | bytes) else getattr(first, "co_filename", repr(first))
            events.append((event, shown))

    sys.addaudithook(hook)
    outcomes = {path.name: outcome(path) for path in specs}
    watching = False
    print(json.dumps({"events": events, "outcomes": outcomes}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
