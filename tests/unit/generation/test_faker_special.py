"""Values of Faker's that are made by algorithms of their own, held against values that Faker itself makes.

The number of values of each is SEEDENGINE_FAKER_VALUES; the long run has 20,000 of them.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from cProfile import Profile
from math import sqrt
from pstats import Stats
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest

from seedengine.generation import faker

LOCALES = ("en_US", "ar_AA", "fr_FR", "de_DE", "ja_JP", "pt_BR", "ru_RU", "zh_CN")
VALUES = int(os.environ.get("SEEDENGINE_FAKER_VALUES", "300"))
ROWS = np.arange(VALUES, dtype=np.uint64)
SIGNIFICANCE = 0.001

CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("word", {}),
    ("words", {"nb": 2}),
    ("words", {"nb": 2, "unique": True}),
    ("sentence", {}),
    ("sentence", {"nb_words": 3, "variable_nb_words": False}),
    ("sentence", {"nb_words": 1, "ext_word_list": ["one", "o'neill", "élan"]}),
    ("sentences", {"nb": 2}),
    ("paragraph", {}),
    ("paragraph", {"nb_sentences": 5}),
    ("paragraph", {"nb_sentences": 2, "variable_nb_sentences": False}),
    ("paragraphs", {"nb": 2}),
    ("text", {"max_nb_chars": 7}),
    ("text", {"max_nb_chars": 24}),
    ("text", {"max_nb_chars": 60}),
    ("text", {"max_nb_chars": 99}),
    ("text", {"max_nb_chars": 140}),
    ("text", {}),
    ("texts", {"nb_texts": 2, "max_nb_chars": 60}),
    ("slug", {}),
    ("ipv4", {}),
    ("ipv4", {"network": True}),
    ("ipv4", {"private": True, "address_class": "b"}),
    ("ipv4_private", {}),
    ("ipv4_public", {}),
    ("ipv4_public", {"address_class": "c", "network": True}),
    ("ipv6", {}),
    ("mac_address", {}),
    ("mac_address", {"multicast": True}),
    ("uri_path", {}),
    ("image_url", {}),
    ("image_url", {"width": 640, "placeholder_url": "https://a.test/{width}x{height}"}),
    ("chrome", {}),
    ("firefox", {}),
    ("safari", {}),
    ("user_agent", {}),
    ("uuid1", {}),
    ("uuid4", {}),
    ("uuid7", {}),
    ("boolean", {"chance_of_getting_true": 30}),
    ("pybool", {"truth_probability": 80}),
    ("null_boolean", {}),
    ("password", {}),
    ("password", {"length": 4}),
    ("password", {"length": 12, "special_chars": False, "upper_case": False}),
    ("pystr", {}),
    ("pystr", {"min_chars": 2, "max_chars": 5, "prefix": "é-"}),
    ("aba", {}),
    ("bban", {}),
    ("iban", {}),
    ("swift", {}),
    ("swift11", {"primary": True, "use_dataset": True}),
    ("credit_card_number", {}),
    ("credit_card_number", {"card_type": "visa"}),
    ("credit_card_provider", {}),
    ("credit_card_security_code", {}),
    ("isbn10", {}),
    ("isbn13", {"separator": ""}),
    ("ean", {"length": 8}),
    ("ean13", {"prefixes": ["45", "499"]}),
    ("localized_ean13", {}),
    ("pyfloat", {}),
    ("pyfloat", {"left_digits": 3}),
    ("pyfloat", {"right_digits": 0, "positive": True}),
    ("pyfloat", {"left_digits": 0, "right_digits": 2, "positive": True}),
    ("pyfloat", {"min_value": 5, "max_value": 12, "right_digits": 1}),
    ("pyfloat", {"min_value": -3.5, "max_value": -1, "right_digits": 2}),
    ("pyfloat", {"min_value": 99, "left_digits": 3, "right_digits": 1}),
    ("pyfloat", {"max_value": 1, "positive": True, "right_digits": 1}),
    ("pydecimal", {"left_digits": 2, "right_digits": 1}),
    ("pydecimal", {"min_value": -2, "max_value": 9.5, "right_digits": 1}),
    ("pydecimal", {"left_digits": 0, "right_digits": 2, "positive": False}),
    ("latitude", {}),
    ("longitude", {}),
    ("coordinate", {"center": 52.52, "radius": 0.00002}),
    ("coordinate", {"center": -1, "radius": 15}),
    ("latlng", {}),
    ("local_latlng", {"country_code": "DE"}),
    ("color", {}),
    ("color", {"hue": "red", "luminosity": "light", "color_format": "hsl"}),
    ("color", {"hue": [100, 220], "luminosity": "random", "color_format": "rgb"}),
)
AMERICAN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ean13", {"leading_zero": False}),
    ("upc_a", {}),
    ("word", {"part_of_speech": "verb"}),
)
PAIRS = [(method, args, locale) for method, args in CALLS for locale in LOCALES]
PAIRS += [(method, args, "en_US") for method, args in AMERICAN]


def _first(text: str) -> str:
    return text.partition(" ")[0]


def _last(text: str) -> str:
    return text.rpartition(" ")[2]


FEATURES: Mapping[str, Callable[[str], object]] = {
    "value": str,
    "length": len,
    "words": lambda text: len(text.split()),
    "lines and sentences": lambda text: len(re.findall(r"[\n.。]", text)),
    "first word": _first,
    "last word": _last,
    "first letters": lambda text: text[:2],
    "last letters": lambda text: text[-2:],
    "a letter within": lambda text: text[len(text) // 3 : len(text) // 3 + 1],
    "digits": lambda text: sum(letter.isdigit() for letter in text),
    "signs": lambda text: re.sub(r"\w", "", text)[:12],
    "kinds": lambda text: "".join(
        "0" if c.isdigit() else "A" if c.isupper() else "a" if c.islower() else c for c in text[:4]
    ),
}


def _columns(method: str, args: dict[str, Any], locale: str) -> tuple[pl.Series, pl.Series]:
    column = faker.compiled(method, args, locale)
    assert column is not None, f"{method} is not compiled in {locale}"
    return column.draw(17, ROWS), faker.values(method, args, locale, 23, ROWS)


def _text(value: object) -> str:
    if isinstance(value, list):
        return " | ".join(map(str, value))
    return str(value)


def _quantile(freedom: int, tail: float) -> float:
    """The quantile of the chi-square distribution, by the approximation of Wilson and Hilferty."""
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + NormalDist().inv_cdf(1 - tail) * sqrt(spread)) ** 3


def _assert_alike(ours: Counter[object], theirs: Counter[object], comparisons: int, what: str) -> None:
    """Hold two samples of one size against each other by a chi-square test, with rare values counted together."""
    classes: Counter[object] = Counter()
    others: Counter[object] = Counter()
    for each in ours.keys() | theirs.keys():
        name = each if ours[each] + theirs[each] >= 10 else "rare"
        classes[name] += ours[each]
        others[name] += theirs[each]
    if len(classes | others) < 2:
        return
    names = classes.keys() | others.keys()
    statistic = sum((classes[each] - others[each]) ** 2 / (classes[each] + others[each]) for each in names)
    bound = _quantile(len(names) - 1, SIGNIFICANCE / comparisons)
    assert statistic < bound, f"{what}: {statistic:.1f} is not below {bound:.1f} ({len(names)} classes)"


@pytest.mark.parametrize(("method", "args", "locale"), PAIRS)
def test_values_are_as_likely_as_fakers(method: str, args: dict[str, Any], locale: str) -> None:
    ours, theirs = _columns(method, args, locale)
    assert ours.dtype == theirs.dtype == faker.result_dtype(method, args, locale)
    texts = [list(map(_text, each.to_list())) for each in (ours, theirs)]
    for name, feature in FEATURES.items():
        counts = [Counter(map(feature, each)) for each in texts]
        _assert_alike(counts[0], counts[1], len(PAIRS) * len(FEATURES), f"{name} of {method} in {locale}")


@pytest.mark.parametrize(("method", "args"), CALLS)
@pytest.mark.parametrize("locale", ["en_US", "ja_JP"])
def test_a_value_hangs_on_neither_order_nor_company(method: str, args: dict[str, Any], locale: str) -> None:
    column = faker.compiled(method, args, locale)
    assert column is not None
    address = np.arange(2**40, 2**40 + 400, dtype=np.uint64)
    whole = column.draw(5, address)
    order = np.random.default_rng(1).permutation(len(address))
    assert column.draw(5, address[order]).to_list() == whole.gather(order).to_list()
    assert column.draw(5, address[130:131]).to_list() == whole[130:131].to_list()
    assert column.draw(5, address[:0]).dtype == whole.dtype
    assert column.draw(6, address).to_list() != whole.to_list()


@pytest.mark.parametrize(("method", "args"), [*CALLS, *AMERICAN])
def test_no_function_is_called_once_per_row(method: str, args: dict[str, Any]) -> None:
    column = faker.compiled(method, args, "en_US")
    assert column is not None
    address = np.arange(20_000, dtype=np.uint64)
    column.draw(5, address[:10])
    profile = Profile()
    profile.runcall(column.draw, 5, address)
    most = max(calls for _, calls, *_ in Stats(profile).stats.values())  # type: ignore[attr-defined]
    assert most < len(address) / 4
