"""Processes that make pieces; whatever ends one of them, or the process that started them, ends them all."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Container, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from seedengine.diagnostics import InvalidCall
from seedengine.exporting.pieces import Piece, Style, make_piece
from seedengine.generation.entity import open_world
from seedengine.generation.world import World
from seedengine.spec.calls import python_calls
from seedengine.spec.model import Spec
from seedengine.targets.ahead import let_ctrl_c_end_waiting
from seedengine.targets.files import Written


def make_pieces(
    spec: Spec, folder: Path, style: Style, pieces: Sequence[Piece], workers: int
) -> Generator[tuple[Piece, Written]]:
    """Every piece as soon as it is made, by so many processes; `folder` is the one that the spec lies in.

    Raises what `make_piece` raises, and ChildProcessError where a process is killed.
    """
    let_ctrl_c_end_waiting()
    context = get_context("spawn")
    stopping = context.RawValue(ctypes.c_bool, False)
    pool = ProcessPoolExecutor(workers, context, _begin, (spec, folder, style, stopping))
    others = set(active_children())
    try:
        # The processes start here, deaf to the Ctrl-C of the terminal that they share: it is for this one to end them.
        with _interrupted_later():
            futures = {pool.submit(_make, piece): piece for piece in pieces}
        for future in as_completed(futures):
            yield futures.pop(future), future.result()
    except BrokenProcessPool:
        raise ChildProcessError(
            "a worker process was killed, perhaps for want of memory; "
            "files that were finished stay, and the same call goes on from there"
        ) from None
    except (KeyboardInterrupt, GeneratorExit):
        _kill(others)
        raise
    finally:
        stopping.value = True
        try:
            pool.shutdown(cancel_futures=True)
        except KeyboardInterrupt:
            _kill(others)
            pool.shutdown(cancel_futures=True)
            raise


def _kill(others: Container[BaseProcess]) -> None:
    """End all processes but these at once: a function of the user's may never end by itself."""
    for process in active_children():
        if process not in others:
            process.terminate()


@contextmanager
def _interrupted_later() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Stopped(Exception):
    """Nobody waits for the piece any more."""


class _Worker:
    """What a process has been given to make pieces with."""

    spec: Spec
    folder: Path
    style: Style
    stopping: Any


def _begin(spec: Spec, folder: Path, style: Style, stopping: Any) -> None:
    _Worker.spec, _Worker.folder, _Worker.style, _Worker.stopping = spec, folder, style, stopping
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@cache
def _world() -> World:
    for _, call in python_calls(_Worker.spec):
        from seedengine.generation.python import import_function

        problem = import_function(call, _Worker.folder)
        if problem is not None:
            raise InvalidCall(problem.message, problem.help)
    return open_world(_Worker.spec)


def _make(piece: Piece) -> Written:
    return make_piece(_world(), _Worker.style, piece, _go_on)


def _go_on(_table: str, _rows: int) -> None:
    if _Worker.stopping.value:
        raise _Stopped
