"""Databases with real rows and an earlier seeding, over which a later one is applied time and again."""

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crashes.contents import Contents
from crashes.ends import Course, End, finished, start
from tool import COMMAND, ROOT

SPECS = Path(__file__).resolve().parent / "specs"
EAST, WEST = SPECS / "east.yaml", SPECS / "west.yaml"

Words = Sequence[object]
"""The arguments of an `apply` after its name, but for the database."""

MANY = ("--max-deletes", 100_000)
"""Lets the earlier seeding go, which the later spec would not make again."""

BIGGER = (EAST, "--scale", 3, *MANY)
"""So that an SQLite file grows past all that a journal needs."""


class Ground(ABC):
    """A database that holds real rows and those of an `earlier` run; `later` is the run that is looked at.

    `real`, `before` and `after` are the contents without any run and those around the later one; `whole` is how that
    goes when nothing stops it.
    """

    def __init__(self, earlier: Words, later: Words) -> None:
        self.later = later
        self.prepare()
        self.real = self.contents()
        self.apply(earlier)
        self.keep()
        self.before = self.contents()
        self.whole = self.attempt(None)
        assert self.whole.code == 0, self.whole.said
        self.after = self.contents()
        self.reset()
        assert self.before.rows != self.after.rows
        assert self.before.structure == self.after.structure
        assert self.before.holds(self.real)
        assert self.after.holds(self.real)

    @abstractmethod
    def prepare(self) -> None:
        """Make the database with its real rows."""

    @abstractmethod
    def keep(self) -> None:
        """Take the database as it is for what `reset` leads back to."""

    @abstractmethod
    def reset(self) -> None:
        """Bring the database back to how it was when it was kept."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The URL of the database."""

    @abstractmethod
    def contents(self) -> Contents:
        """What the database holds once nobody else uses it any more."""

    @abstractmethod
    def attempt(self, end: End | None, strike: Callable[[], None] | None = None) -> Course:
        """Do the later run until `end`, where the client is killed or else `strike` is called, or until it is done."""

    def command(self, words: Words, url: str | None = None) -> list[object]:
        """The call of `apply` on this database."""
        return [COMMAND, "apply", *words, "--database-url", url or self.url]

    def apply(self, words: Words) -> None:
        """Apply to the database; raises AssertionError where that fails."""
        course = finished(start(self.command(words)))
        assert course.code == 0, course.said


@contextmanager
def reseeded_marketplace() -> Iterator[Path]:
    """The marketplace's spec with another seed: none of its rows is the same."""
    text = (ROOT / "specs" / "herafi.yaml").read_text(encoding="utf-8")
    assert text.count("\nseed: 42") == 1
    with tempfile.TemporaryDirectory(prefix="seedengine-crashes-") as folder:
        copy = Path(folder) / "herafi.yaml"
        copy.write_text(text.replace("\nseed: 42", "\nseed: 43"), encoding="utf-8")
        yield copy
