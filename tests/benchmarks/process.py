"""What a whole process costs, from its start to its exit."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
REASON_LENGTH = 300


@dataclass(frozen=True)
class Cost:
    """The seconds that passed, and the most memory that the process held at a time."""

    seconds: float
    peak_bytes: int


class Failed(Exception):
    """A process ended with a fault, or did not do what it should; the message says what."""


def measure(command: Sequence[str]) -> Cost:
    """Run a command and wait for its end; raises Failed with the last line that it printed.

    What this process holds counts as the child's until the child is another program, so it holds little: no data, and
    none of the libraries that the children are measured with.
    """
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise Failed(_reason(said.read().decode(errors="replace"), process.returncode))
    return Cost(seconds, usage.ru_maxrss * MAXRSS_UNIT)


def output(command: Sequence[str]) -> str:
    """What a command prints, without the white space around it; raises Failed with what it complains of."""
    done = subprocess.run(
        command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise Failed(_reason(done.stderr or done.stdout, done.returncode))
    return done.stdout.strip()


def environment() -> dict[str, str]:
    """The user's own, without what would name another database or keep Python from storing what it compiled."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PG") and name not in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    }


def _reason(said: str, code: int) -> str:
    """The line of an error, else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "psql:"))]
    return (errors or lines or [f"it ended with code {code}"])[-1][:REASON_LENGTH]
