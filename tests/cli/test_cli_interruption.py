"""Ctrl-C says what is true: before the work has ended nothing was changed, afterwards it comes too late."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seedengine.cli.interruption import FinishedOnce, Interrupted, when_interrupted
from seedengine.targets.url import open_target


def test_ctrl_c_in_a_transaction_is_told(folder: Path) -> None:
    target = FinishedOnce(open_target("sqlite:///x.db"))
    with pytest.raises(Interrupted, match="nothing was changed"), when_interrupted("nothing was changed"):  # noqa: SIM117
        with target.begin():
            signal.raise_signal(signal.SIGINT)
    assert not (folder / "x.db").exists()


@pytest.mark.usefixtures("folder")
def test_a_second_ctrl_c_ends_work_that_does_not_end() -> None:
    stuck = """
import signal, threading
from seedengine.cli.interruption import FinishedOnce, when_interrupted
from seedengine.targets.url import open_target

target = FinishedOnce(open_target("sqlite:///x.db"))
with when_interrupted("nothing was changed"):
    try:
        with target.begin():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGINT)
        threading.Event().wait()
"""
    done = subprocess.run([sys.executable, "-c", stuck], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (130, "interrupted: nothing was changed\n")


def test_ctrl_c_after_it_is_too_late(folder: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    target = FinishedOnce(open_target("sqlite:///x.db"))
    with when_interrupted("nothing was changed"):
        with target.begin():
            pass
        signal.raise_signal(signal.SIGINT)
        target.close()
    assert (folder / "x.db").exists()
    assert signal.getsignal(signal.SIGINT) is before
