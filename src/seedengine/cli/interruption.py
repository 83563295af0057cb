"""Ctrl-C: what is said after it, and from when on it comes too late."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seedengine.diagnostics import SeedengineError

if TYPE_CHECKING:
    from seedengine.catalog import Catalog
    from seedengine.targets.protocol import Target, Transaction


class Interrupted(SeedengineError):
    """Ctrl-C while the engine was at work; the message says what it has left."""


@contextmanager
def when_interrupted(promise: str) -> Iterator[None]:
    """Around a command's work: Ctrl-C in it ends in one line, with what it has left."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted: {promise}") from None
    finally:
        if _in_main_thread():
            signal.signal(signal.SIGINT, before)


class FinishedOnce:
    """A target whose transactions are not interrupted any more once their work has ended, well or not.

    Ctrl-C is then ignored until `when_interrupted` ends: neither is a commit told as a rollback, nor does a second
    Ctrl-C break the closing of connections.
    """

    def __init__(self, target: Target) -> None:
        self._target = target

    @property
    def name(self) -> str:
        """See `Target`."""
        return self._target.name

    @property
    def notes(self) -> Sequence[str]:
        """See `Target`."""
        return self._target.notes

    @property
    def guarded(self) -> str | None:
        """See `Target`."""
        return self._target.guarded

    def inspect(self) -> Catalog:
        """See `Target`."""
        return self._target.inspect()

    @contextmanager
    def begin(self, *, read_only: bool = False, witnessed: bool = True) -> Iterator[Transaction]:
        """See `Target`."""
        with self._target.begin(read_only=read_only, witnessed=witnessed) as transaction:
            try:
                yield transaction
            finally:
                if not read_only and _in_main_thread():
                    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def close(self) -> None:
        """See `Target`."""
        self._target.close()


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
