"""In which forms a filter's literal and a row's value may be equal: a text is read in the type of the column."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from seedengine.spec.ranges import read_datetime

Form = str | Decimal | datetime | time


def forms_of_literal(literal: str | bool | int | float) -> frozenset[Form]:
    """Whatever a literal may mean: its text, and the number, the moment and the time of day that it spells."""
    text = element_text(literal)
    spelled = (_number(text), as_moment(text), _time(text), text.lower() if text.lower() in _TRUTH else None)
    return frozenset({text, *_TRUTH_NUMBER.get(text, ()), *(form for form in spelled if form is not None)})


def forms_of_value(value: object) -> frozenset[Form]:
    """What a value of a row is equal to."""
    if isinstance(value, bool):
        text = element_text(value)
        return frozenset({text, *_TRUTH_NUMBER[text]})
    found = _form(value)
    return frozenset({str(value) if found is None else found})


def as_moment(value: object) -> datetime | None:
    """The moment that a value is, or spells, in UTC; None where it is none."""
    if isinstance(value, datetime):
        return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    try:
        return read_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None


def element_text(value: object) -> str:
    """The text by which the elements of an array are compared."""
    return str(value).lower() if isinstance(value, bool) else str(value)


_TRUTH = ("true", "false")
_TRUTH_NUMBER = {"true": (Decimal(1),), "false": (Decimal(0),)}
"""SQLite has no booleans: they are these numbers there."""


def _form(value: object) -> Form | None:
    if isinstance(value, int | float | Decimal):
        return _number(str(value))
    return as_moment(value) if isinstance(value, date) else value if isinstance(value, time) else None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
