"""What the checks need to know of libraries that the spec does not import, handed in as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Protocol


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


class Facts(Protocol):
    """Everything that the checks ask of the outside."""

    @property
    def functions(self) -> Mapping[str, tuple[int, int | None]]:
        """The functions of expressions: name → least and most arguments."""

    @property
    def faker(self) -> FakerFacts:
        """Faker as it is installed."""
