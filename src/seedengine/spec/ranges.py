"""Ranges: two ends that both belong to it, each a literal or an expression of the row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from seedengine.spec.expressions import Expression
from seedengine.spec.values import fault, read_expression, shown_kind

Bound = int | Decimal | date | datetime | time | Expression
"""An end of a range: a literal, or an expression of the row."""


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends belong to it; `digits` is the number of decimals that a decimal range shows."""

    low: Bound
    high: Bound
    digits: int = 0
    text: str = ""

    def literals(self) -> tuple[Any, Any] | None:
        """Both ends when both are literals, else None."""
        if isinstance(self.low, Expression) or isinstance(self.high, Expression):
            return None
        return self.low, self.high


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,19}", text):
        raise ValueError("a whole number such as `7`")
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError("a number of at most 64 bits")
    return number


def _decimal(text: str) -> Decimal:
    if not re.fullmatch(r"[+-]?(\d{1,19}(\.\d{0,18})?|\.\d{1,18})(e[+-]?\d{1,2})?", text, re.IGNORECASE):
        raise ValueError("a number such as `4.50`")
    return Decimal(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("an ISO date such as `2025-01-31`") from None


def read_datetime(text: str) -> datetime:
    """An ISO date or time as naive UTC, whole milliseconds; a ValueError says what is expected."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("an ISO time such as `2025-01-31T08:00:00Z`") from None
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            raise ValueError("a time within the years 1 to 9999 in UTC") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _time(text: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise ValueError("a time of day such as `08:30`") from None
    if found.tzinfo is not None:
        raise ValueError("a time of day without a time zone, such as `08:30`")
    return found


def _range(read: Callable[[str], Any], example: str) -> Callable[[object, ValidationInfo], Range]:
    """A validator of ranges whose literals `read` understands."""

    def bound(value: object, info: ValidationInfo) -> Bound:
        text = str(value).strip()
        try:
            literal: Bound = read(text)
        except ValueError:
            return read_expression(value, info)
        return literal

    def validate(value: object, info: ValidationInfo) -> Range:
        if isinstance(value, dict):
            return from_ends(value, info)
        text = str(value)
        if isinstance(value, bool) or not isinstance(value, str | int | float) or ".." not in text:
            hint = f"write a range as `{example}` or as `{{from: …, to: …}}`"
            raise fault("S130", f"expected a range, found {shown_kind(value)}", hint)
        low, high = (end.strip() for end in text.split("..", 1))
        return between(literal(low), literal(high), text)

    def literal(text: str) -> Bound:
        try:
            found: Bound = read(text)
        except ValueError as error:
            hint = "an expression goes into `{from: …, to: …}`"
            raise fault("S130", f"{shown_kind(text)} is not {error}", hint) from None
        return found

    def from_ends(value: dict[Any, Any], info: ValidationInfo) -> Range:
        if set(value) != {"from", "to"}:
            raise fault("S130", "a range has exactly `from` and `to`", f"for example `{example}`")
        for key, end in value.items():
            if isinstance(end, bool) or not isinstance(end, str | int | float):
                raise fault("S130", f"`{key}` is {shown_kind(end)}, not an end of a range", f"for example `{example}`")
        return between(bound(value["from"], info), bound(value["to"], info), "")

    def between(low: Any, high: Any, text: str) -> Range:
        digits = max((_digits(end) for end in (low, high)), default=0)
        found = Range(low, high, digits, text)
        ends = found.literals()
        if ends is not None and ends[0] > ends[1]:
            raise fault("S133", f"the range `{low}..{high}` is empty", "the first end is the lower one")
        return found

    return validate


def _digits(value: object) -> int:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _range_schema(example: str) -> WithJsonSchema:
    end = {"type": ["string", "number"], "description": "a literal or an expression"}
    ends = {
        "type": "object",
        "properties": {"from": end, "to": end},
        "required": ["from", "to"],
        "additionalProperties": False,
    }
    text = {"type": "string", "pattern": r"\.\.", "description": f"both ends belong to it: `{example}`"}
    return WithJsonSchema({"anyOf": [text, ends]})


IntRange = Annotated[Range, PlainValidator(_range(_integer, "1..9")), _range_schema("1..9")]
NumberRange = Annotated[Range, PlainValidator(_range(_decimal, "5.00..90.00")), _range_schema("5.00..90.00")]
DateRange = Annotated[
    Range, PlainValidator(_range(_date, "2025-01-01..2025-06-30")), _range_schema("2025-01-01..2025-06-30")
]
DatetimeRange = Annotated[
    Range,
    PlainValidator(_range(read_datetime, "2025-01-01..2025-06-30")),
    _range_schema("2025-01-01..2025-06-30"),
]
TimeRange = Annotated[Range, PlainValidator(_range(_time, "08:00..18:00")), _range_schema("08:00..18:00")]


def is_range(text: object) -> bool:
    """Whether a key or scalar is written as a range of whole numbers."""
    return isinstance(text, str) and re.fullmatch(r"\s*[+-]?\d+\s*\.\.\s*[+-]?\d+\s*", text) is not None
