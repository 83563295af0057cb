"""Ctrl-C: what is said after it, when a second one ends all, and from when on it comes too late."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seedengine.diagnostics import SeedengineError

if TYPE_CHECKING:
    from seedengine.catalog import Catalog
    from seedengine.targets.protection import Protection
    from seedengine.targets.protocol import Target, Transaction


INTERRUPTED = 130
_STDERR = 2
_SHOW_CURSOR = "\r\x1b[?25h"
"""What a bar of progress on a terminal has hidden."""


class Interrupted(SeedengineError):
    """Ctrl-C while the engine was at work; the message says what it has left."""


@contextmanager
def when_interrupted(promise: str) -> Iterator[None]:
    """Around a command's work: Ctrl-C in it ends in one line, with what it has left.

    Work that does not end by itself is not waited for any more at the second Ctrl-C, which ends the process. What was
    promised holds then too: the database takes an open transaction back, and no file has its name before it is whole.
    """
    before, stdout = signal.getsignal(signal.SIGINT), sys.stdout
    try:
        with _ended_by_a_second(promise):
            yield
    except KeyboardInterrupt:
        sys.stdout = stdout  # what a function of the user's prints goes elsewhere, and it may not have ended
        raise Interrupted(f"interrupted: {promise}") from None
    finally:
        if _in_main_thread():
            signal.signal(signal.SIGINT, before)


@contextmanager
def _ended_by_a_second(promise: str) -> Iterator[None]:
    """Let a second Ctrl-C end the process at once, in whatever code its threads are.

    Python's own handlers would only run when the main thread comes back from such code, so that a thread of its own
    reads what the interpreter writes at every signal.
    """
    if not _in_main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watching = threading.Thread(target=_end_at_the_second, args=(reading, promise), daemon=True)
    watching.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)
        watching.join()
        os.close(reading)


def _end_at_the_second(reading: int, promise: str) -> None:
    received = 0
    while signals := os.read(reading, 64):
        received += signals.count(signal.SIGINT)
        if received > 1:
            shown = _SHOW_CURSOR if os.isatty(_STDERR) else ""
            os.write(_STDERR, f"{shown}interrupted: {promise}\n".encode())
            os._exit(INTERRUPTED)


class FinishedOnce:
    """A target whose transactions are not interrupted any more once their work has ended, well or not.

    No Ctrl-C is then raised until `when_interrupted` ends: neither is a commit told as a rollback, nor is the closing
    of connections broken. Only where the work has not ended well does a second one still end the process.
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

    def require(self) -> None:
        """See `Target`."""
        self._target.require()

    def inspect(self) -> Catalog:
        """See `Target`."""
        return self._target.inspect()

    def protect(self) -> Protection:
        """See `Target`."""
        return self._target.protect()

    @contextmanager
    def begin(
        self, *, read_only: bool = False, witnessed: bool = True, unprotect: str | None = None
    ) -> Iterator[Transaction]:
        """See `Target`."""
        with self._target.begin(read_only=read_only, witnessed=witnessed, unprotect=unprotect) as transaction:
            after: signal.Handlers | Callable[[int, object], None] = _no_more
            try:
                yield transaction
                after = signal.SIG_IGN
            finally:
                if not read_only and _in_main_thread():
                    signal.signal(signal.SIGINT, after)

    def close(self) -> None:
        """See `Target`."""
        self._target.close()


def _no_more(_signal: int, _frame: object) -> None:
    """A handler that raises nothing; the signal is counted nevertheless."""


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
