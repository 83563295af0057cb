"""The next batch is made while the last one is being written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

Item = TypeVar("Item")

# Values that stand in a long line are made by nested calls, for which some systems give a thread too small a stack.
_STACK_BYTES = 64 * 2**20


@contextmanager
def ahead(items: Iterable[Item]) -> Iterator[Iterator[Item]]:
    """The same items, each made by another thread while the one before it is in use: two at a time, no more.

    The first is being made from the start. What making an item raises is raised where it is asked for. Nothing is
    being made any more when this ends.
    """
    let_ctrl_c_end_waiting()
    source = iter(items)
    end = object()
    pending = [_maker().submit(next, source, end)]

    def made() -> Iterator[Item]:
        while (item := pending.pop().result()) is not end:
            pending.append(_maker().submit(next, source, end))
            yield item  # type: ignore[misc]  # it is not `end`, so it is one of the items

    try:
        yield made()
    finally:
        for each in pending:
            each.cancel()
        wait(pending)


def let_ctrl_c_end_waiting() -> None:
    """Let a signal end a wait for another thread, as Python has it; the handler that Polars sets goes on waiting."""
    signal.siginterrupt(signal.SIGINT, True)


@cache
def _maker() -> ThreadPoolExecutor:
    """One thread for all: what a thread has once found out about Faker is found out."""
    before = threading.stack_size(_STACK_BYTES)
    try:
        maker = ThreadPoolExecutor(1, "seedengine-ahead")
        maker.submit(int).result()  # the thread is made by the first task
    finally:
        threading.stack_size(before)
    return maker
