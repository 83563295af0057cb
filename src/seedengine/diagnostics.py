"""What can go wrong, as data: diagnostics with a place in a file, and one exception for each kind of refusal."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: lines and columns count from 1, `source` is the whole line, `length` the caret's width."""

    file: str
    line: int
    column: int
    source: str = ""
    length: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault or warning: a stable code, one line in lower case without a full stop, the place, and what to do."""

    code: str
    message: str
    location: Location | None = None
    help: str | None = None
    severity: Literal["error", "warning"] = "error"


class SeedengineError(Exception):
    """Whatever stops the engine for a reason its user can act on: one line, and a line of help."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class InvalidSpec(SeedengineError):
    """The spec is wrong; `diagnostics` holds every fault that was found, in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(each.message for each in self.diagnostics))


class InvalidCall(SeedengineError):
    """The call is wrong: a file that cannot be read, an option, a URL that cannot be parsed."""


class Refused(SeedengineError):
    """Refused for safety: going on could touch rows that are not the spec's, or run code that nobody allowed."""


class DatabaseError(SeedengineError):
    """The database said no: unreachable, a value that a column refuses, a violated constraint."""


_MANY, _FEW = 700, 30


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` was probably meant to be, or None; of very many only those that begin alike count."""
    return _closest(name, tuple(candidates))


@lru_cache(maxsize=100)
def _closest(name: str, candidates: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches

    if len(candidates) > _MANY:  # each takes some microseconds, and a document may have as many unknown names
        alike = (each for each in candidates if each[:1].lower() == name[:1].lower())
        candidates = tuple(sorted(alike, key=lambda each: abs(len(each) - len(name)))[:_FEW])
    folded = {candidate.lower(): candidate for candidate in candidates}
    found = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None
