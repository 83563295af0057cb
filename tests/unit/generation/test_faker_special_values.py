"""Values of Faker's that are made by algorithms of their own: what every one of them has to be."""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Address, ip_network
from typing import Any
from uuid import RFC_4122, UUID

import numpy as np
import pytest

from seedengine.generation import faker
from seedengine.generation.faker.columnwise import compiler
from seedengine.generation.faker.grammar import NotCompiled
from seedengine.generation.faker.sampler import Texts
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.internet import ipv6_texts
from seedengine.generation.faker.special.traced import traced

LOCALES = ("en_US", "ar_AA", "fr_FR", "de_DE", "ja_JP", "pt_BR", "ru_RU", "zh_CN")


def _drawn(method: str, args: dict[str, Any], locale: str = "en_US", rows: int = 2_000) -> list[Any]:
    column = faker.compiled(method, args, locale)
    assert column is not None
    return column.draw(3, np.arange(rows, dtype=np.uint64)).to_list()


@pytest.mark.parametrize(
    ("method", "args", "size"),
    [
        ("sentence", {"nb_words": 2, "variable_nb_words": False, "ext_word_list": ["a", "o'b", "ß"]}, 9),
        ("paragraph", {"nb_sentences": 2, "ext_word_list": ["x"]}, 6 + 6**2),
        ("words", {"nb": 2, "unique": True, "ext_word_list": ["a", "b", "c"]}, 6),
        ("text", {"max_nb_chars": 5, "ext_word_list": ["a", "bb", "ccccc"]}, 5),
        ("text", {"max_nb_chars": 25, "ext_word_list": ["abcde"]}, 2),
        ("password", {"length": 2, "special_chars": False, "upper_case": False, "lower_case": False}, 100),
        ("credit_card_provider", {}, 10),
        ("pydecimal", {"min_value": -1, "max_value": 2, "right_digits": 1}, 31),
        ("pyfloat", {"min_value": 1, "max_value": 9, "right_digits": 1}, 80),
        ("color", {"hue": "monochrome", "luminosity": "light"}, 51),
    ],
)
def test_all_values_of_faker_come_and_no_others(method: str, args: dict[str, Any], size: int) -> None:
    theirs = faker.values(method, args, "en_US", 1, np.arange(4_000, dtype=np.uint64)).to_list()
    ours = _drawn(method, args, rows=20_000)
    assert set(map(str, ours)) == set(map(str, theirs))
    assert len(set(map(str, ours))) == size


def _luhn(number: str) -> int:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))


@pytest.mark.parametrize("locale", LOCALES)
def test_ibans_have_valid_check_digits(locale: str) -> None:
    for iban in _drawn("iban", {}, locale):
        number = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
        assert int(number) % 97 == 1
        assert 2 <= int(iban[2:4]) <= 98


@pytest.mark.parametrize("locale", LOCALES)
def test_cards_have_valid_check_digits(locale: str) -> None:
    assert all(_luhn(number) == 0 for number in _drawn("credit_card_number", {}, locale))


def test_bar_codes_and_bank_codes_have_valid_check_digits() -> None:
    assert all(_weighted(code, (1, 3) * 6 + (1,)) % 10 == 0 for code in _drawn("ean13", {}))
    assert all(_weighted(code, (3, 1) * 3 + (3, 1)) % 10 == 0 for code in _drawn("ean8", {}))
    assert all(_weighted("0" + code, (1, 3) * 6 + (1,)) % 10 == 0 for code in _drawn("upc_a", {}))
    assert all(_weighted(code, (3, 7, 1) * 3) % 10 == 0 for code in _drawn("aba", {}))


def test_book_numbers_have_valid_check_digits() -> None:
    assert all(_weighted(code.replace("-", ""), (1, 3) * 6 + (1,)) % 10 == 0 for code in _drawn("isbn13", {}))
    for code in _drawn("isbn10", {}):
        *digits, last = code.replace("-", "")
        check = 10 if last == "X" else int(last)
        assert (_weighted("".join(digits), tuple(range(10, 1, -1))) + check) % 11 == 0


def test_addresses_are_none_that_faker_leaves_out() -> None:
    special = [IPv4Network(each) for each in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")]
    for address in _drawn("ipv4", {"network": True}):
        assert not any(ip_network(address).overlaps(each) for each in special)
    assert all(ip_network(address).is_private for address in _drawn("ipv4_private", {}))


def test_addresses_of_version_6_are_written_shortly() -> None:
    parts = (0, 0, 0, 1, 0xAB, 0xC0DE)
    numbers = [
        sum(int(part) << 16 * place for place, part in enumerate(row))
        for row in np.random.default_rng(2).choice(parts, (500, 8))
    ]
    words = np.array([divmod(number, 2**64) for number in numbers], np.uint64)
    assert ipv6_texts(words).to_list() == [str(IPv6Address(number)) for number in numbers]


@pytest.mark.parametrize("length", [5, 6, 24, 25, 26, 99, 100, 101, 500, 3_000])
def test_texts_are_no_longer_than_asked_for(length: int) -> None:
    # Faker adds a full stop to a few words after it has counted their letters.
    most = length + (length < 25) - 1
    lengths = [len(text) for text in _drawn("text", {"max_nb_chars": length}, rows=100)]
    assert 0 < max(lengths) <= most


@pytest.mark.parametrize(
    ("method", "args", "words"),
    [("paragraph", {"nb_sentences": 2_000}, 2_000), ("sentence", {"nb_words": 10_000}, 6_000)],
)
def test_long_texts_are_made_a_few_at_a_time(method: str, args: dict[str, int], words: int) -> None:
    assert all(len(text.split()) >= words for text in _drawn(method, args, rows=40))


def _traced(function: Callable[[Any], str], rows: int = 500) -> Counter[str]:
    found = compiler("en_US")
    node = traced(Call(found, found.faker.owners["chrome"], {}), function)
    return Counter(Texts(node).draw(4, np.arange(rows, dtype=np.uint64)))


def test_what_is_drawn_once_may_stand_twice() -> None:
    def function(self: Any) -> str:
        one, two = self.generator.random.randint(1, 2), self.numerify("%")
        return f"{one}{two}-{one}" if self.generator.random.getrandbits(1) else self.random_element([f"a{one}", "b"])

    found = _traced(function)
    assert {text[0] for text in found} == {"1", "2", "a", "b"}
    assert all(text[0] == text[3] for text in found if "-" in text)
    assert len(found) == 2 * 9 + 2 + 1


def _deciding(self: Any) -> str:
    return "a" if self.generator.random.randint(0, 1) else "b"


def _comparing(self: Any) -> str:
    return "a" if self.generator.random.randint(0, 1) == 1 else "b"


def _computing(self: Any) -> str:
    return f"{self.generator.random.randint(0, 1) + 1}"


def _changing(self: Any) -> str:
    return f"{self.lexify('??')}".upper()


def _tossing(self: Any) -> str:
    return f"{self.generator.random.getrandbits(1)}{self.generator.random.getrandbits(1)}"


@pytest.mark.parametrize("function", [_deciding, _comparing, _computing, _changing, _tossing])
def test_what_marks_cannot_say_is_not_compiled(function: Callable[[Any], str]) -> None:
    with pytest.raises(NotCompiled):
        _traced(function)


def test_uuids_are_of_their_versions() -> None:
    for version in (1, 4, 7):
        for text in _drawn(f"uuid{version}", {}):
            assert UUID(text).version == version
            assert UUID(text).variant == RFC_4122
    moments = [UUID(text).time for text in _drawn("uuid1", {})]
    assert 0 <= min(moments) - 0x01B21DD213814000 < max(moments) - 0x01B21DD213814000 <= 2_051_222_400 * 10**7
    assert max(UUID(text).int >> 80 for text in _drawn("uuid7", {})) <= 2_051_222_400 * 1000


def test_passwords_hold_what_they_must() -> None:
    kinds = (r"[!@#$%^&*()_+]", r"[0-9]", r"[A-Z]", r"[a-z]")
    for password in _drawn("password", {"length": 5}):
        assert len(password) == 5
        assert all(re.search(kind, password) for kind in kinds)


def test_degrees_are_halves_of_millionths() -> None:
    latitudes, longitudes = _drawn("latitude", {}), _drawn("longitude", {})
    assert all(-90 <= each <= 90 for each in latitudes)
    assert max(longitudes) > 90
    assert any(each != each.quantize(Decimal("1e-6")) for each in latitudes)


@pytest.mark.parametrize(
    ("method", "args", "locale"),
    [
        ("bban", {}, "es_ES"),
        ("iban", {}, "no_NO"),
        ("ipv6", {"network": True}, "en_US"),
        ("coordinate", {"center": 5_000}, "en_US"),
        ("password", {"length": 200}, "en_US"),
        ("upc_a", {"upc_ae_mode": True}, "en_US"),
    ],
)
def test_what_faker_does_otherwise_is_not_compiled(method: str, args: dict[str, Any], locale: str) -> None:
    with pytest.raises(NotCompiled):
        compiler(locale).grammar(method, args)
