"""By how much the counts of a spec are multiplied."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from seedengine.spec.values import fault, shown_kind

_LEAST, _MOST = Decimal("1e-9"), Decimal("1e9")


def read_scale(written: object) -> Fraction:
    """The factor that a number or a text spells; ValueError, with one line that says why, where it is none."""
    try:
        number = Decimal(str(written))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or not _LEAST <= number <= _MOST:
        raise ValueError(f"a scale is a number from {_LEAST:f} to {_MOST:,f}, not {shown_kind(written)}")
    return Fraction(number)


def _scale(value: object) -> Fraction:
    try:
        return read_scale(value)
    except ValueError as error:
        raise fault("S139", str(error), "for example `0.1`, or `1000`") from None


Scale = Annotated[
    Fraction,
    PlainValidator(_scale),
    WithJsonSchema(
        {
            "type": "number",
            "minimum": float(_LEAST),
            "maximum": float(_MOST),
            "description": "what every `count` is multiplied by",
        }
    ),
]
