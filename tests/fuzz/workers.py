"""Cases in processes of their own, each case measured and held to its bounds, which a crash or a hang ends alone."""

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic, process_time

from fuzz.cases import Case, Kind, runner

SECONDS, MEGABYTES = 1.0, 200.0
"""The bounds of a string, and of loading a document: processor time, and memory above what there was at its start."""

_KILLED_AFTER = 10
"""Seconds of processor time after which a case is ended; one that waits for something gets twelve times as many."""

_ADDRESS_SPACE = 2 << 30
_CASES_OF_A_PROCESS = 5_000


@dataclass(frozen=True)
class Result:
    """A case that has run: how long, with how much memory, and what is wrong with how it ended.

    `making` is the time for the rows of a valid document, which belongs to no bound.
    """

    number: int
    seconds: float
    megabytes: float
    making: float
    valid: bool
    made: bool
    wrong: str | None


def run_cases(kind: Kind, seed: int, numbers: range, processes: int) -> Iterator[Result]:
    """The results of all these cases, in no order."""
    lanes = [_Lane(kind, seed, numbers[start::processes]) for start in range(processes)]
    try:
        while open_lanes := [lane for lane in lanes if lane.open()]:
            ready = wait([lane.results for lane in open_lanes], timeout=1)
            for lane in open_lanes:
                yield from lane.read() if lane.results in ready else lane.late()
    finally:
        for lane in lanes:
            lane.end()


class _Lane:
    """One process after the other for some of the cases."""

    def __init__(self, kind: Kind, seed: int, numbers: range) -> None:
        self._what, self._numbers, self._done = (kind, seed), numbers, 0
        self._process: multiprocessing.process.BaseProcess | None = None
        self._started = monotonic()
        self.results: Connection

    def open(self) -> bool:
        """Whether cases are left, with a process at work on them."""
        if self._done == len(self._numbers):
            return False
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self.results, ours = context.Pipe(duplex=False)
            todo = self._numbers[self._done : self._done + _CASES_OF_A_PROCESS]
            self._process = context.Process(target=_work, args=(*self._what, todo, ours), daemon=True)
            self._process.start()
            ours.close()
            self._started = monotonic()
        return True

    def read(self) -> Iterator[Result]:
        """The next result: where the process is gone, that the case ended it."""
        try:
            result = self.results.recv()
        except EOFError:
            assert self._process is not None
            self._process.join()
            code = self._process.exitcode or 0
            self._process = None
            if code:
                yield self._lost(
                    f"the process ended: {signal.Signals(-code).name if code < 0 else f'exit code {code}'}"
                )
            return
        self._done, self._started = self._done + 1, monotonic()
        yield result

    def late(self) -> Iterator[Result]:
        """That the case at hand waits for something, where it has for long."""
        if monotonic() - self._started > _KILLED_AFTER * 12:
            self.end()
            yield self._lost("the case does not end")

    def _lost(self, wrong: str) -> Result:
        number = self._numbers[self._done]
        self._done += 1
        return Result(number, _KILLED_AFTER, 0.0, 0.0, valid=False, made=False, wrong=wrong)

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def _work(kind: Kind, seed: int, numbers: range, results: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with tempfile.TemporaryDirectory(prefix="seedengine-fuzz-") as folder:
        make = runner(kind, seed, Path(folder))
        for number in range(-3, 0):  # what is imported and built once belongs to no case
            make(number)(lambda: None)
        _bound_memory()
        for number in numbers:
            case = make(number)
            _bound_time()
            results.send(_measured(number, case))
        os.chdir("/")


def _measured(number: int, case: Case) -> Result:
    before, started = _memory("VmRSS"), process_time()
    _forget_peak()
    valid = made = False
    wrong = None
    loaded: list[tuple[float, float]] = []

    def cost() -> None:
        if not loaded:
            loaded.append((process_time() - started, (_memory("VmHWM") - before) / 1024))

    try:
        outcome = case(cost)
        valid, made = outcome.valid, outcome.made
    except BaseException as error:  # noqa: BLE001 (whatever it is, it should not have come; Polars panics with no Exception)
        wrong = _told(error)
    cost()
    (seconds, megabytes), making = loaded[0], process_time() - started - loaded[0][0]
    if wrong is None and seconds > SECONDS:
        wrong = "over the bound of time"
    if wrong is None and megabytes > MEGABYTES:
        wrong = "over the bound of memory"
    return Result(number, seconds, megabytes, making, valid, made, wrong)


def _told(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-2:]
    where = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in reversed(frames))
    message = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {message[:100]} ({where})"


def _bound_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _KILLED_AFTER, hard))


def _bound_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_memory("VmSize") * 1024 + _ADDRESS_SPACE, hard))


def _memory(what: str) -> int:
    """Kilobytes, as Linux tells them of this process."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what))


def _forget_peak() -> None:
    with open("/proc/self/clear_refs", "w", encoding="ascii") as peak:
        peak.write("5")


if sys.platform != "linux":
    raise SystemExit("memory is measured as Linux tells it: run this on Linux")
