"""Unique values of what no grammar says: codes with check digits, addresses, decimals."""

import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network
from string import ascii_letters
from typing import Any
from uuid import RFC_4122, UUID

import numpy as np
import polars as pl
import pytest

from seedengine.diagnostics import InvalidSpec
from seedengine.generation import faker
from seedengine.generation.bits import permute
from seedengine.generation.faker.distinct import Distinct
from seedengine.generation.faker.domains import LARGEST, texts_of
from seedengine.generation.faker.grammar import Choice, Made, Node, NotCompiled, literal, sequence
from seedengine.generation.faker.proofs import disjoint
from seedengine.generation.faker.providers import localised
from seedengine.generation.faker.ranges import apart
from seedengine.generation.faker.special.codes import SLOTS, Code, Plain, alphabets
from seedengine.generation.faker.special.networks import addresses_within, networks_within
from seedengine.spec.load import Loaded

VALUES = 200_000
LOCALES = ("en_US", "ar_AA", "fr_FR", "de_DE", "ja_JP", "pt_BR", "ru_RU", "zh_CN")


def _column(method: str, args: dict[str, Any], locale: str = "en_US", rows: int = VALUES) -> pl.Series:
    """Values at random places of a domain, or all of a smaller one."""
    domain = faker.domain(method, args, locale)
    index = np.arange(domain.size) if domain.size <= 300_000 else permute(11, np.arange(rows), domain.size)
    return domain.at(index)


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weights[place % len(weights)] for place, digit in enumerate(digits))


def _is_card(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _is_iban(text: str) -> bool:
    number = int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4]))
    return number % 97 == 1 and 2 <= int(text[2:4]) <= 98


def _is_isbn10(text: str) -> bool:
    values = [10 if letter == "X" else int(letter) for letter in text.replace("-", "")]
    return len(values) == 10 and sum(value * (10 - place) for place, value in enumerate(values)) % 11 == 0


def _is_uuid(version: int) -> Callable[[str], bool]:
    return lambda text: UUID(text).version == version and UUID(text).variant == RFC_4122 and str(UUID(text)) == text


def _in_networks(*networks: str) -> Callable[[str], bool]:
    known = [IPv4Network(each) for each in networks]
    return lambda text: any(IPv4Address(text) in each for each in known)


_RESERVED = [IPv4Network(each) for each in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")]


def _is_network(text: str) -> bool:
    return not any(ip_network(text).overlaps(each) for each in _RESERVED)


def _is_address_6(text: str) -> bool:
    return str(IPv6Address(text)) == text and int(IPv6Address(text)) >= 2**32


def _is_degree(limit: int, step: str) -> Callable[[Decimal], bool]:
    return lambda value: abs(value) <= limit and value % Decimal(step) == 0


CALLS: tuple[tuple[str, dict[str, Any], int, Callable[[Any], bool]], ...] = (
    ("ipv4", {}, 3_720_148_992, _is_network),
    ("ipv4", {"network": True}, 7_440_297_844, _is_network),
    ("ipv4", {"private": True, "address_class": "b"}, 2**20, _in_networks("172.16.0.0/12")),
    ("ipv4_private", {"address_class": "c"}, 2**16, _in_networks("192.168.0.0/16")),
    (
        *("ipv4_private", {}, 2**24 + 2**20 + 2**16),
        _in_networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
    ),
    ("ipv4_public", {}, 3_702_257_664, lambda text: _is_network(text) and not IPv4Address(text).is_private),
    ("ipv4_private", {"address_class": "c", "network": True}, 2**17 - 1, _is_network),
    ("ipv6", {}, LARGEST, _is_address_6),
    ("uuid1", {}, LARGEST, _is_uuid(1)),
    ("uuid4", {}, LARGEST, _is_uuid(4)),
    ("uuid7", {}, LARGEST, _is_uuid(7)),
    ("aba", {}, 12 * 10**6, lambda code: _weighted(code, (3, 7, 1)) % 10 == 0 and 1 <= int(code[:2]) <= 12),
    ("ean8", {}, 10**7, lambda code: len(code) == 8 and _weighted(code, (3, 1)) % 10 == 0),
    ("ean13", {}, 10**12, lambda code: len(code) == 13 and _weighted(code, (1, 3)) % 10 == 0),
    ("ean13", {"prefixes": ["4", "45", "499"]}, 10**11, lambda code: code[0] == "4"),
    ("ean8", {"prefixes": ["12345", "1234", "77777"]}, 1_100, lambda code: _weighted(code, (3, 1)) % 10 == 0),
    ("upc_a", {}, 10**11, lambda code: len(code) == 12 and _weighted(code, (3, 1)) % 10 == 0),
    ("isbn10", {}, 2 * 10**8, _is_isbn10),
    (
        *("isbn13", {}, 2 * 10**8),
        lambda code: (
            re.fullmatch(r"978-[01]-\d+-\d+-\d", code) is not None
            and _weighted(code.replace("-", ""), (1, 3)) % 10 == 0
        ),
    ),
    ("isbn13", {"separator": ""}, 2 * 10**8, lambda code: len(code) == 13 and _weighted(code, (1, 3)) % 10 == 0),
    ("credit_card_number", {"card_type": "mastercard"}, 10**14, lambda number: len(number) == 16 and _is_card(number)),
    ("credit_card_number", {"card_type": "amex"}, 2 * 10**12, lambda number: len(number) == 15 and _is_card(number)),
    ("credit_card_number", {}, 100_222_483_100_000_000, _is_card),
    ("iban", {}, LARGEST, _is_iban),
    ("bban", {}, LARGEST, lambda text: re.fullmatch(r"[A-Z]{4}\d{14}", text) is not None),
    ("pystr", {}, LARGEST, lambda text: len(text) == 20 and set(text) <= set(ascii_letters)),
    ("pystr", {"min_chars": 1, "max_chars": 3}, 52 + 52**2 + 52**3, lambda text: 1 <= len(text) <= 3),
    ("latitude", {}, 360_000_001, _is_degree(90, "0.0000005")),
    ("longitude", {}, 360_000_001, _is_degree(180, "0.000001")),
    (
        "coordinate",
        {"center": 1.5, "radius": 0.01},
        20_001,
        lambda value: abs(value - Decimal("1.5")) <= Decimal("0.01"),
    ),
    ("pydecimal", {"left_digits": 2, "right_digits": 1}, 1_800, lambda value: 10 <= abs(value) < 100),
    ("pydecimal", {"min_value": -2, "max_value": 9.5, "right_digits": 2}, 1_151, lambda value: -2 <= value <= 9.5),
)


@pytest.mark.parametrize(("method", "args", "size", "valid"), CALLS)
def test_no_value_comes_twice_and_all_are_valid(
    method: str, args: dict[str, Any], size: int, valid: Callable[[Any], bool]
) -> None:
    domain, column = faker.domain(method, args, "en_US"), _column(method, args)
    assert domain.size == size
    assert column.n_unique() == len(column) == min(size, len(column))
    assert column.dtype == faker.result_dtype(method, args, "en_US")
    some = column if size <= 300_000 else column[:20_000]
    assert [value for value in some.to_list() if not valid(value)] == []
    assert all(value in domain for value in some[:500])


@pytest.mark.parametrize(
    ("method", "args"),
    [
        (method, args)
        for method, args, size, _ in CALLS
        # Of these there are so many that only some have an index.
        if size < LARGEST
    ],
)
def test_what_faker_gives_is_in_the_domain(method: str, args: dict[str, Any]) -> None:
    theirs = faker.values(method, args, "en_US", 1, np.arange(300, dtype=np.uint64))
    domain = faker.domain(method, args, "en_US")
    assert [value for value in theirs.to_list() if value not in domain] == []


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("pydecimal", {"left_digits": 1, "right_digits": 1}),
        ("pydecimal", {"min_value": -1, "max_value": 2, "right_digits": 1}),
        ("ean8", {"prefixes": ["123456", "1234567", "000012"]}),
        ("pystr", {"min_chars": 1, "max_chars": 1}),
    ],
)
def test_small_domains_are_what_faker_gives(method: str, args: dict[str, Any]) -> None:
    theirs = faker.values(method, args, "en_US", 1, np.arange(4_000, dtype=np.uint64))
    assert sorted(map(str, _column(method, args))) == sorted(map(str, theirs.unique()))


@pytest.mark.parametrize("locale", LOCALES)
def test_accounts_of_every_locale_are_valid(locale: str) -> None:
    country = getattr(localised(locale).owners["iban"], "country_code")  # noqa: B009 - mypy knows no such attribute
    column = _column("iban", {}, locale)
    assert column.n_unique() == len(column)
    assert all(_is_iban(text) and text.startswith(country) for text in column[:5_000])


def test_the_order_is_the_same_in_any_company() -> None:
    for method in ("iban", "uuid7", "ipv6", "ipv4_public", "isbn13", "latitude"):
        domain = faker.domain(method, {}, "en_US")
        index = permute(2, np.arange(9_000), domain.size)
        whole = domain.at(index)
        assert domain.at(index[4_500:4_510]).to_list() == whole[4_500:4_510].to_list()
        assert domain.at(index[:0]).dtype == whole.dtype


def test_values_that_are_not_of_a_domain_are_told_from_those_that_are() -> None:
    cases = {
        "ean8": ("92775702", "9277570", "92775701 ", "x2775701"),
        "iban": ("GB23CFWB49415629567857", "FR22CFWB49415629567857", ""),
        "ipv4": ("127.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4/8"),
        "ipv6": ("::1", "1::zz"),
        "isbn10": ("0-294-83530-0", "02-94-83530-X", "2-294-83530-X"),
        "latitude": ("90.0000005", "0.00000001", "north", "NaN", "Infinity"),
        "uuid4": ("ccb71b4c-74ea-5135-b645-0ff97b363771", "ccb71b4c74ea4135b6450ff97b363771"),
    }
    for method, values in cases.items():
        domain = faker.domain(method, {}, "en_US")
        assert [value for value in values if value in domain] == [], method


@pytest.mark.parametrize(
    "networks",
    [
        ("10.0.0.0/28", "10.0.0.16/28", "10.0.0.4/30", "10.0.0.0/28", "192.168.7.8/29"),
        ("10.0.0.0/30", "10.0.0.0/29", "10.0.0.8/32"),
        ("255.255.255.254/31", "0.0.0.0/31"),
    ],
)
def test_networks_that_overlap_give_nothing_twice(networks: tuple[str, ...]) -> None:
    known = [IPv4Network(each) for each in networks]
    addresses = {str(address) for each in known for address in each}
    assert sorted(texts_of(addresses_within(known))) == sorted(addresses)
    inner = {
        str(inner) for each in known for size in range(each.prefixlen, 33) for inner in each.subnets(new_prefix=size)
    }
    assert sorted(texts_of(networks_within(known))) == sorted(inner)


def test_ranges_are_joined_where_they_meet() -> None:
    assert apart([range(5, 8), range(2), range(2, 3), range(6, 7), range(9, 12)]) == (
        range(3),
        range(5, 8),
        range(9, 12),
    )


def _of(*forms: str) -> Node:
    return Choice(tuple(Code(alphabets(form, {**SLOTS, "?": "ABC"})).node() for form in forms))


@pytest.mark.parametrize(
    ("node", "size"),
    [
        (_of("1##", "12#", "%0%"), 100 + 8 * 9),
        (_of("A-##", "B-##", "?-1#"), 200 + 10),
        (sequence([literal("x"), _of("??", "AAB"), literal("y"), _of("##")]), 10 * 100),
        (sequence([_of("?#"), _of("#", "?")]), 30 * 13),
        (Choice((_of("##"), literal("07"), literal("7"))), 101),
    ],
)
def test_codes_are_counted_within_other_grammars(node: Node, size: int) -> None:
    made = texts_of(Distinct().domain(node))
    assert len(made) == len(set(made)) == size


def test_codes_are_different_where_a_place_is() -> None:
    one, same, other = (Code(alphabets(form)).domain(Plain()) for form in ("A#######B", "A#######B", "A#######C"))
    assert disjoint(one, other)
    assert not disjoint(one, same)


@pytest.mark.parametrize(
    ("method", "args", "message"),
    [
        ("latlng", {}, "gives no texts, whole numbers or decimals"),
        ("ipv6", {"network": True}, "it shortens networks"),
        ("isbn13", {"separator": "1"}, "its values cannot be counted"),
        ("color", {}, "its values cannot be counted"),
        ("chrome", {}, "its values cannot be counted"),
    ],
)
def test_what_has_no_domain_is_refused(method: str, args: dict[str, Any], message: str) -> None:
    with pytest.raises(faker.NoDomain, match=message):
        faker.domain(method, args, "en_US")


@pytest.mark.parametrize(
    ("call", "size"),
    [
        ("faker: ipv4_private, args: {address_class: c}", 65_536),
        ("faker: ean8, args: {prefixes: ['12345', '67890']}", 200),
        ("faker: pydecimal, args: {left_digits: 2, right_digits: 1}", 1_800),
    ],
)
def test_more_rows_than_there_are_values_are_refused(call: str, size: int, load_text: Callable[[str], Loaded]) -> None:
    spec = "entities:\n  thing: {{count: {}, fields: {{id: {{uuid: {{}}}}, code: {{{}, unique: true}}}}}}\n"
    assert load_text(spec.format(size, call)).spec.entities.keys() == {"thing"}
    with pytest.raises(InvalidSpec) as refusal:
        load_text(spec.format(size + 1, call))
    (fault,) = refusal.value.diagnostics
    assert fault.code == "S212"
    assert f"has {size} different values in en_US, too few for {size + 1} rows" in fault.message


def test_a_leaf_without_a_domain_is_not_counted() -> None:
    with pytest.raises(NotCompiled, match="cannot be counted"):
        Distinct().domain(Made(lambda _, address: pl.Series(values=["a"] * len(address)), pl.String()))


@pytest.mark.parametrize(("locale", "beginnings"), [("en_US", 2_000), ("es_MX", 20), ("de_DE", 1_000)])
def test_values_of_a_domain_without_end_are_spread_over_all_of_it(locale: str, beginnings: int) -> None:
    addresses = faker.domain("address", {}, locale)
    assert addresses.size > 2**61
    made = addresses.at(permute(7, np.arange(4_000), addresses.size))
    assert made.n_unique() == 4_000
    assert made.str.slice(0, 6).n_unique() > beginnings
    assert all(text in addresses for text in made.head(100))
    assert addresses.at(np.arange(20_000)).n_unique() == 20_000
