"""What can go wrong, as data: diagnostics with a place in a file, and one exception for each kind of refusal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
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
_CUTOFF = 0.6


class Candidates:
    """Names that another one may have been meant to be, made ready for many questions."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._bits: dict[tuple[str, int], int] = {}
        self._letters_of: dict[str, int] = {}

    def closest(self, name: str, without: str | None = None) -> str | None:
        """The one that `name` was probably meant to be, or None; of very many only those that begin alike count."""
        if len(self.names) - (without is not None) > _MANY:
            known = self._folded(self._alike(name, without))
        elif without is not None:
            known = self._folded(each for each in self.names if each != without)
        else:
            known = self._all
        return self._best(name.lower(), known)

    def _alike(self, name: str, without: str | None) -> list[str]:
        """The few that begin as `name` does and are nearest to it in length."""
        by_length = self._by_start.get(name[:1].lower(), {})
        found: list[str] = []

        def far(length: int) -> int:
            return abs(length - len(name))

        for _, lengths in groupby(sorted(by_length, key=far), key=far):
            nearest = sorted(each for length in lengths for each in by_length[length][: _FEW + 1])
            found += [candidate for _, candidate in nearest if candidate != without]
            if len(found) >= _FEW:
                break
        return found[:_FEW]

    @cached_property
    def _by_start(self) -> dict[str, dict[int, list[tuple[int, str]]]]:
        """By first letter and length, in their order."""
        found: dict[str, dict[int, list[tuple[int, str]]]] = {}
        for position, each in enumerate(self.names):
            found.setdefault(each[:1].lower(), {}).setdefault(len(each), []).append((position, each))
        return found

    @cached_property
    def _all(self) -> _Folded:
        return self._folded(self.names)

    def _folded(self, names: Iterable[str]) -> _Folded:
        found: _Folded = {}
        for folded, name in {name.lower(): name for name in names}.items():
            found.setdefault(len(folded), []).append((self._letters(folded), folded, name))
        return found

    def _letters(self, name: str) -> int:
        """A bit for each letter of a name, and another where it comes again: two names share the bits in both."""
        if name not in self._letters_of:
            letters, seen = 0, dict.fromkeys(name, 0)
            for letter in name:
                seen[letter] += 1
                letters |= 1 << self._bits.setdefault((letter, seen[letter]), len(self._bits))
            self._letters_of[name] = letters
        return self._letters_of[name]

    def _best(self, name: str, known: _Folded) -> str | None:
        """What difflib's `get_close_matches` finds first, without a comparison for those that cannot be it."""
        from difflib import SequenceMatcher

        size = len(name)
        fitting = [length for length in known if _ratio(min(size, length), size + length) >= _CUTOFF]
        if not fitting:
            return None
        own = self._letters(name)
        bounds = [
            (bound, folded, meant)
            for length in fitting
            for letters, folded, meant in known[length]
            if (bound := _ratio((own & letters).bit_count(), size + length)) >= _CUTOFF
        ]
        matcher = SequenceMatcher(b=name)
        best: tuple[float, str, str] = (0.0, "", "")
        for bound, folded, meant in sorted(bounds, reverse=True):
            if bound < best[0]:
                break
            matcher.set_seq1(folded)
            best = max(best, (matcher.ratio(), folded, meant))
        return best[2] if best[0] >= _CUTOFF else None


_Folded = dict[int, list[tuple[int, str, str]]]
"""By length: the letters of a name, itself in lower case, and as it is written."""


def _ratio(shared: int, both: int) -> float:
    """How much of two names so many shared letters are, as difflib reckons it."""
    return 2.0 * shared / both if both else 1.0


def closest(name: str, candidates: Iterable[str] | Candidates) -> str | None:
    """The candidate that `name` was probably meant to be, or None."""
    return (candidates if isinstance(candidates, Candidates) else _ready(tuple(candidates))).closest(name)


@lru_cache(maxsize=20)
def _ready(names: tuple[str, ...]) -> Candidates:
    return Candidates(names)
