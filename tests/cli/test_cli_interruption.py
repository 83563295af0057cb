"""Ctrl-C says what is true: before the work has ended nothing was changed, afterwards it comes too late."""

import signal
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
