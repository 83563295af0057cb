"""What a run of the command line leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """An exit code and what stood on the two streams."""

    code: int
    out: str
    err: str


Call = Callable[..., Outcome]
"""Runs the command line with some arguments."""
