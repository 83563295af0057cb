"""What the checks need to know of libraries that the spec does not import, handed in as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a call of Faker, and what to do about it."""

    message: str
    help: str | None = None
    argument: str | None = None


class FakerFacts(Protocol):
    """Faker's methods, arguments and locales."""

    def locales(self) -> frozenset[str]:
        """Every locale that Faker has."""

    def methods(self) -> Set[str]:
        """Every method of Faker's providers, in any locale."""

    def check_call(self, method: str, args: Mapping[str, Any], locale: str) -> Problem | None:
        """Why this call cannot fill a column, or None."""

    def fallback_warning(self, method: str, locale: str) -> str | None:
        """What to know where Faker has no data of its own for that locale, or None."""


class FileFault(Exception):
    """Why a file of rows cannot be read, in which line where there is one, and what to do about it."""

    def __init__(self, message: str, help: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.help, self.line = message, help, line


@runtime_checkable
class FileRows(Protocol):
    """The rows of a file, as far as their number and columns go."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in the order of the header."""

    @property
    def digest(self) -> str:
        """A digest of the file's content."""

    def __len__(self) -> int: ...

    def has_empty(self, column: str) -> bool:
        """Whether some cell of a column is empty."""

    def has_numbers(self, column: str) -> bool:
        """Whether a column is one of whole numbers."""

    def distinct(self, column: str) -> int:
        """How many different values a column has."""


class Facts(Protocol):
    """Everything that the checks ask of the outside."""

    @property
    def functions(self) -> Mapping[str, tuple[int, int | None]]:
        """The functions of expressions: name → least and most arguments."""

    @property
    def faker(self) -> FakerFacts:
        """Faker as it is installed."""

    def read_rows(self, path: Path) -> FileRows:
        """The rows of a CSV file; raises FileFault."""
