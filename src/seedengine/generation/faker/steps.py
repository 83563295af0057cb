"""A bound on the work of compiling: what takes more steps is not compiled."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from seedengine.generation.faker.grammar import NotCompiled

# A step takes some 15 microseconds, so this is about a second.
_MOST = 60_000
# So many values of a draw are looked at in the time of a step.
_VALUES = 16
_left: ContextVar[list[int]] = ContextVar("_left")


@contextmanager
def bounded() -> Iterator[None]:
    """Allow so many steps within."""
    token = _left.set([_MOST])
    try:
        yield
    finally:
        _left.reset(token)


def take_step(values: int = 0) -> None:
    """Take one step, or as many as it takes to look at so many values; NotCompiled where none is left."""
    left = _left.get(None)
    if left is not None:
        left[0] -= 1 + values // _VALUES
        if left[0] < 0:
            raise NotCompiled("it decides by what it draws, in too many ways")
