"""Functions for `16-python-functions.yaml`: each gets whole columns and returns one value a row."""

from collections.abc import Sequence
from decimal import Decimal

DIGITS = {"DE": 18, "FR": 23, "NL": 14}


def iban(bits: Sequence[int], country: Sequence[str]) -> list[str]:
    """An account number with its check digits (ISO 13616), made of the row's random bits alone."""
    return [_iban(int(word), each) for word, each in zip(bits, country, strict=True)]


def _iban(word: int, country: str) -> str:
    account = f"{word:0{DIGITS[country]}d}"[-DIGITS[country] :]
    letters = "".join(str(ord(letter) - 55) for letter in country)
    check = 98 - int(f"{account}{letters}00") % 97
    return f"{country}{check:02d}{account}"


def limit(bits: Sequence[int], iban: Sequence[str]) -> list[Decimal | None]:
    """A limit for French accounts, none for others."""
    return [
        Decimal(int(word) % 50_000) / 100 if each.startswith("FR") else None
        for word, each in zip(bits, iban, strict=True)
    ]
