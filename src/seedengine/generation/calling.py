"""Code of the user's while it runs: what it prints goes to stderr, and whatever it raises is told in one line."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from traceback import extract_tb

_LONGEST = 200


class CallFailed(Exception):
    """What the user's code has raised, in one short line, and where it was raised, if that is known."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(_told(error))
        self.message, self.where = _told(error), _where(error)


@contextmanager
def calling() -> Iterator[None]:
    """Around a call of the user's code; raises CallFailed for all that it raises, but for a real Ctrl-C."""
    try:
        # Stdout is for the result alone, which may be one JSON document.
        with redirect_stdout(sys.stderr):
            yield
    except BaseException as error:
        # Ctrl-C is raised in the main thread and in no other one.
        if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
            raise
        raise CallFailed(error) from None


def shown(value: object) -> str:
    """A value as code in one short line, whatever its own code does."""
    try:
        return f"{value!r:.40}"
    except BaseException:  # noqa: BLE001 - `__repr__` is the user's code too
        return f"<{type(value).__name__}>"


def _told(error: BaseException) -> str:
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except BaseException:  # noqa: BLE001 - `__str__` is the user's code too
        return name
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"{name}: {short}" if short else name


def _where(error: BaseException) -> str | None:
    """The line that raised it, where it is not one of the engine's own."""
    last = extract_tb(error.__traceback__)[-1]
    if Path(last.filename).parent == Path(__file__).parent:
        return None
    return f"it was raised in `{last.filename}`, line {last.lineno}"
