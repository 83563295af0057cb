"""What the checks are told of Faker: methods, arguments, refusals, fallbacks."""

import re
import subprocess
import sys
from operator import attrgetter
from typing import Any

import pytest
from faker.config import AVAILABLE_LOCALES, PROVIDERS
from faker.factory import Factory

from seedengine.generation import faker
from seedengine.generation.faker.providers import localised, own_locales, provider_class, public_methods


def test_locales_are_fakers() -> None:
    assert faker.locales() == frozenset(AVAILABLE_LOCALES)


@pytest.mark.parametrize("locale", ["en_US", "ar_EG", "ja_JP", "es", "no_NO"])
def test_generators_have_the_providers_that_fakers_factory_gives_them(locale: str) -> None:
    ours, theirs = localised(locale).generator.get_providers(), Factory.create(locale).get_providers()
    facts = attrgetter("__class__", "__provider__", "__lang__", "__use_weighting__")
    assert list(map(facts, ours)) == list(map(facts, theirs))


def test_methods_are_those_of_providers_and_not_of_the_factory() -> None:
    known = faker.methods()
    assert {"name", "uuid4", "numerify", "first_romanized_name", "state"} <= set(known)
    for name in ("seed", "seed_instance", "parse", "add_provider", "format", "set_arguments", "random", "generator"):
        assert name not in known


def test_methods_are_those_of_the_providers_of_all_locales() -> None:
    special = {
        method
        for package in PROVIDERS
        for locale in own_locales(package)
        for method in public_methods(provider_class(package, locale))
    }
    assert set(faker.methods()) == special | set(localised("en_US").owners)


def test_a_check_loads_neither_numpy_nor_polars() -> None:
    code = (
        "import sys; from seedengine.generation import faker; faker.check_call('name', {}, 'en_US');"
        "faker.fallback_warning('name', 'ar_EG'); print('numpy' in sys.modules or 'polars' in sys.modules)"
    )
    before = "import sys, seedengine; print('numpy' in sys.modules or 'polars' in sys.modules)"
    loaded = [
        subprocess.run([sys.executable, "-c", each], capture_output=True, text=True, check=True).stdout
        for each in (before, code)
    ]
    assert loaded[0] == loaded[1]


def test_signature() -> None:
    paragraph = faker.signature("paragraph")
    assert paragraph is not None
    assert list(paragraph.arguments) == ["nb_sentences", "variable_nb_sentences", "ext_word_list"]
    assert not any(each.required for each in paragraph.arguments.values())
    enum = faker.signature("enum")
    assert enum is not None
    assert enum.arguments["enum_cls"].required
    assert faker.signature("first_romanized_name") is not None
    assert faker.signature("seed_instance") is None


@pytest.mark.parametrize(
    ("method", "args"),
    [
        ("paragraph", {"nb_sentences": 5}),
        ("random_element", {"elements": {"a": 1, "b": 3}}),
        ("random_int", {"max": 10**12}),
        ("pydecimal", {"left_digits": 5, "right_digits": 2}),
        ("email", {"safe": False}),
        ("ipv4", {"private": True}),
        ("uuid4", {"cast_to": None}),
        ("text", {"max_nb_chars": 5000}),
        ("pystr_format", {"string_format": "{{last_name}}-####"}),
        ("pylist", {"value_types": ["str"]}),
        ("null_boolean", {}),
        ("latlng", {}),
    ],
)
def test_calls_that_can_fill_a_column(method: str, args: dict[str, Any]) -> None:
    assert faker.check_call(method, args, "en_US") is None


@pytest.mark.parametrize(
    ("method", "args", "message", "help", "argument"),
    [
        (
            "paragraph",
            {"nb_sentence": 3},
            "has no argument `nb_sentence`",
            "did you mean `nb_sentences`?",
            "nb_sentence",
        ),
        ("uuid4", {"x": 3}, "has no argument `x`", "its arguments are `cast_to`", "x"),
        ("first_name", {"x": 3}, "has no argument `x`", "it takes none", "x"),
        ("enum", {}, "needs the argument `enum_cls`", "args", None),
        ("paragraph", {"nb_sentences": "3"}, "is a whole number, not `3`", None, "nb_sentences"),
        ("paragraph", {"nb_sentences": 10**9}, "10000 at most", "less", "nb_sentences"),
        ("pystr", {"max_chars": 10**9}, "10000 at most", "less", "max_chars"),
        ("fixed_width", {"data_columns": [[10**9, "{{name}}"]]}, "10000 at most", "less", "data_columns"),
        ("image_url", {"placeholder_url": "{width:99999999}"}, "may only hold", "braces", "placeholder_url"),
        ("texts", {"nb_texts": 100, "max_nb_chars": 2000}, "characters; 100000 are the most", "less", None),
        ("text", {"max_nb_chars": 25, "ext_word_list": ["x" * 40]}, "comes to no end", "arguments", None),
        ("text", {"max_nb_chars": 3}, "cannot be called so: text()", "arguments", None),
        ("postcode_in_state", {"state_abbr": "XX"}, "State Abbreviation not found in list", "arguments", None),
        ("random_number", {"digits": 30}, "beyond 64 bits", "arguments", None),
        ("pydecimal", {}, "more than 38 digits", "right_digits", None),
        ("profile", {}, "`profile`", None, None),
        ("pydict", {}, "type `dict`", "object", None),
        ("pyset", {}, "type `set`", "list", None),
        ("pylist", {}, "several types", "choice", None),
        ("binary", {"length": 10}, "type `bytes`", "text", None),
        ("zip", {"uncompressed_size": 512, "min_file_size": 1}, "type `bytes`", "text", None),
        ("md5", {"raw_output": True}, "type `bytes`", "text", None),
        ("random_digit_or_empty", {}, "several types: `int` and `str`", "choice", None),
        ("pyobject", {}, "nothing but NULL", "null", None),
        ("first_romanized_name", {}, "is not in Faker's `en_US`", "`ja_JP`", None),
        ("date_between", {}, "follows the clock", "use `{date: {from: …, to: …}}`", None),
        ("date_time_this_year", {}, "follows the clock", "use `{datetime: {from: …, to: …}}`", None),
        ("year", {}, "follows the clock", "use `{int: 1970..2026}`", None),
        ("pystr_format", {"string_format": "{{year}}"}, "`year` follows the clock", "int", "string_format"),
        ("pystr_format", {"string_format": "{{seed_instance}}"}, "no method of Faker's", "providers", "string_format"),
        ("pylist", {"value_types": ["date"]}, "`date` follows the clock", "date", "value_types"),
        ("json", {"data_columns": {"born": "date_of_birth"}}, "follows the clock", "date", "data_columns"),
    ],
)
def test_calls_that_cannot(
    method: str, args: dict[str, Any], message: str, help: str | None, argument: str | None
) -> None:
    problem = faker.check_call(method, args, "en_US")
    assert problem is not None
    assert message in problem.message
    assert not problem.message.endswith(".")
    assert (help or "") in (problem.help or "")
    assert problem.argument == argument


def test_a_clock_in_a_locales_own_method_is_found() -> None:
    assert faker.check_call("ssn", {}, "en_US") is None
    for method, locale in (("ssn", "sv_SE"), ("curp", "es_MX"), ("businesses_ogrn", "ru_RU")):
        problem = faker.check_call(method, {}, locale)
        assert problem is not None
        assert "follows the clock" in problem.message


@pytest.mark.parametrize(
    ("method", "locale", "given", "has"),
    [
        ("name", "ar_EG", "en_US", "ar_AA"),
        ("paragraph", "ar_SA", "la", "ar_AA"),
        ("paragraph", "en_GB", "la", "en_US"),
        ("phone_number", "ar_EG", "en_US", "ar_AE"),
        ("street_address", "ar_AA", "en_US", "ar_DZ"),
    ],
)
def test_fallbacks_name_what_is_given_and_who_has_it(method: str, locale: str, given: str, has: str) -> None:
    warning = faker.fallback_warning(method, locale)
    assert warning is not None
    assert re.search(rf"`{method}` in `{locale}` and gives that of `{given}`: .*`{has}`", warning)


@pytest.mark.parametrize(
    ("method", "locale"),
    [
        ("name_male", "ar_AA"),
        ("paragraph", "ar_AA"),
        ("name", "en_US"),
        ("user_name", "ar_EG"),
        ("uuid4", "ar_EG"),
        ("job", "en_AU"),
        ("city", "ja_JP"),
        ("address", "de_DE"),
    ],
)
def test_no_warning_where_a_locale_has_its_own(method: str, locale: str) -> None:
    assert faker.fallback_warning(method, locale) is None
