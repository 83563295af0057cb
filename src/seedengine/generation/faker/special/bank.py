"""Bank accounts, bank codes and payment cards with their check digits."""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faker.providers.bank import Provider as Bank
from faker.providers.credit_card import Provider as Card
from faker.typing import CreditCard

from seedengine.generation.faker.grammar import (
    DIGITS,
    Choice,
    Elements,
    Node,
    NotCompiled,
    element_of,
    literal,
    sequence,
)
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.codes import (
    SLOTS,
    ZERO,
    Checked,
    Code,
    Letters,
    alphabets,
    followed,
    weighted,
)
from seedengine.generation.faker.special.texts import Indexes

_UPPER = string.ascii_uppercase
_MODULUS = 97
# What each digit counts for where it is doubled.
_DOUBLED = np.array([number for _, number in sorted(Card.luhn_lookup.items())], np.int64)


def _bban(call: Call) -> Node:
    return _account(call).node()


def _iban(call: Call) -> Node:
    call.expect(Bank, "bban")
    return _account(call).node(_Iban(call.provider.country_code, _Remainder(call.provider.ALPHA)))


def _account(call: Call) -> Code:
    return Code(alphabets(call.provider.bban_format, {**SLOTS, "?": _UPPER}))


@dataclass(frozen=True)
class _Iban:
    """An account with its country and two check digits before it."""

    country: str
    remainder: "_Remainder"

    def finish(self, letters: Letters) -> Letters:
        ahead, zeros = _spread(self.country, letters), _spread("00", letters)
        check = _MODULUS + 1 - self.remainder.of(np.concatenate([letters, ahead, zeros], axis=1))
        return np.concatenate([followed(followed(ahead, check // 10), check % 10), letters], axis=1)

    def drawn(self, code: str) -> str:
        return code[len(self.country) + 2 :]

    def places(self, alphabets: Sequence[str]) -> Sequence[str]:
        return [*self.country, string.digits, string.digits, *alphabets]


def _spread(text: str, beside: Letters) -> Letters:
    """One text in each row beside others."""
    return np.tile(np.frombuffer(text.encode("ascii"), np.uint8), (len(beside), 1))


class _Remainder:
    """The remainder by 97 of numbers in which letters stand for several digits."""

    def __init__(self, values: Mapping[str, str]) -> None:
        digits = {**{digit: digit for digit in string.digits}, **values}
        self._values, self._shifts = np.zeros(128, np.int64), np.ones(128, np.int64)
        for letter, number in digits.items():
            self._values[ord(letter)], self._shifts[ord(letter)] = int(number), 10 ** len(number)

    def of(self, letters: Letters) -> Indexes:
        result = np.zeros(len(letters), np.int64)
        for column in letters.T:
            result = (result * self._shifts[column] + self._values[column]) % _MODULUS
        return result


def _aba(_: Call) -> Node:
    form = Checked(_aba_check)
    return Choice(tuple(Code(alphabets(f"{reserve:02}######")).node(form) for reserve in range(1, 13)))


def _aba_check(letters: Letters) -> Indexes:
    return -weighted(letters, (3, 7, 1, 3, 7, 1, 3, 7)) % 10


def _swift(call: Call) -> Node:
    length, letters = call["length"], _UPPER + string.digits
    if length is None:
        lengths: tuple[int, ...] = (8, 11)
    elif length in (8, 11):
        lengths = (length,)
    else:
        raise NotCompiled("it has a length that is not known")
    place = [_dataset(call, "swift_bank_codes", _UPPER, 4), literal(call.provider.country_code)]
    place.append(_dataset(call, "swift_location_codes", letters, 2))
    branch = literal("XXX") if call["primary"] else _dataset(call, "swift_branch_codes", letters, 3)
    made = tuple(sequence(place if each == 8 else [*place, branch]) for each in lengths)
    return made[0] if len(made) == 1 else Choice(made)


def _dataset(call: Call, name: str, letters: str, length: int) -> Node:
    if call["use_dataset"] and hasattr(call.provider, name):
        return element_of(getattr(call.provider, name))
    return sequence([Elements(tuple(letters))] * length)


def _number(call: Call) -> Node:
    call.expect(Card, "_credit_card_type", "_generate_number")
    return _one_of([_numbers(card) for card in _cards(call)])


def _numbers(card: CreditCard) -> Node:
    return _one_of([_luhn(prefix, card.length) for prefix in card.prefixes])


def _luhn(prefix: str, length: int) -> Node:
    return Code(alphabets(prefix + "#" * (length - len(prefix) - 1))).node(Checked(_luhn_check))


def _luhn_check(letters: Letters) -> Indexes:
    digits = letters.astype(np.int64) - ZERO
    digits[:, ::-2] = _DOUBLED[digits[:, ::-2]]
    sums: Indexes = digits.sum(axis=1)
    return -sums % 10


def _provider(call: Call) -> Node:
    call.expect(Card, "_credit_card_type")
    return Elements(tuple(card.name for card in _cards(call)))


def _security_code(call: Call) -> Node:
    call.expect(Card, "_credit_card_type")
    return _one_of([sequence([DIGITS] * card.security_code_length) for card in _cards(call)])


def _cards(call: Call) -> list[CreditCard]:
    """The cards of the type that is asked for, or one of each type."""
    types, wanted = call.provider.credit_card_types, call["card_type"]
    if wanted is None:
        return list(types.values())
    if wanted not in types:
        raise NotCompiled("it asks for a card that is not known")
    return [types[wanted]]


def _one_of(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Choice(tuple(nodes))


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Bank.aba: _aba,
    Bank.bban: _bban,
    Bank.iban: _iban,
    Bank.swift: _swift,
    Card.credit_card_number: _number,
    Card.credit_card_provider: _provider,
    Card.credit_card_security_code: _security_code,
}
