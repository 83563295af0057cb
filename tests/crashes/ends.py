"""Where a run is made to end, and how it ended."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DEADLINE = 300
"""Whatever takes so many seconds has stopped for good, and stops the whole sweep."""

Side = Literal["before", "after"]


@dataclass(frozen=True)
class RoundTrip:
    """The client is killed before the database gets its n-th request, or once that was answered."""

    number: int
    side: Side

    def __str__(self) -> str:
        return f"{self.side} round trip {self.number}"


@dataclass(frozen=True)
class Moment:
    """Something is killed so long after the client's first contact with the database."""

    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds:.4f} s after the first contact"


@dataclass(frozen=True)
class Byte:
    """The connection breaks, for both sides, once so many bytes went through it either way."""

    number: int

    def __str__(self) -> str:
        return f"at byte {self.number} of the connection"


@dataclass(frozen=True)
class Size:
    """The client dies in the first write beyond this size of any file."""

    size: int

    def __str__(self) -> str:
        return f"in writing beyond byte {self.size} of a file"


End = RoundTrip | Moment | Byte | Size


@dataclass(frozen=True)
class Course:
    """How a process went; `reached` says whether what should end it happened before its own end.

    Its round trips and bytes are those between it and the database, its seconds from the first of them on.
    """

    code: int
    said: str
    reached: bool = False
    round_trips: int = 0
    passed: int = 0
    seconds: float = 0


def start(command: Sequence[object], *descriptors: int) -> "subprocess.Popen[str]":
    """Start a command that inherits these file descriptors; it writes no compiled files and no colours."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [str(word) for word in command],
        env={**inherited, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        pass_fds=descriptors,
    )


def finished(process: "subprocess.Popen[str]") -> Course:
    """Wait for the end of a process."""
    said, _ = process.communicate(timeout=DEADLINE)
    return Course(process.returncode, said)
