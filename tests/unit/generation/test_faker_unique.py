"""Domains of unique values: nothing twice, nothing that Faker would not give, and as much as can be proved."""

from itertools import product as combinations
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seedengine.generation import faker
from seedengine.generation.bits import permute
from seedengine.generation.faker import distinct
from seedengine.generation.faker.collisions import Collisions
from seedengine.generation.faker.compiler import Compiler
from seedengine.generation.faker.distinct import Distinct
from seedengine.generation.faker.domains import LARGEST, Counted, Listed, texts_of
from seedengine.generation.faker.grammar import (
    NUMERIC,
    Changed,
    Choice,
    Elements,
    Node,
    NotCompiled,
    Numbers,
    first_word,
    sequence,
    substituted,
)
from seedengine.generation.faker.proofs import disjoint, injective
from seedengine.generation.faker.providers import localised
from seedengine.generation.faker.transformations import slugified

LOCALES = ("en_US", "ar_AA", "fr_FR", "de_DE", "ja_JP", "pt_BR", "ru_RU", "zh_CN", "it_IT", "es_CO")
COMMON = (
    *("first_name", "first_name_male", "first_name_female", "last_name", "name", "name_male", "name_female", "prefix"),
    *("user_name", "email", "safe_email", "ascii_email", "free_email", "company_email", "domain_name", "domain_word"),
    *("city", "street_name", "street_address", "address", "postcode", "country", "country_code", "building_number"),
    *("company", "job", "word", "catch_phrase", "phone_number", "msisdn", "color_name", "hex_color", "rgb_color"),
    *("numerify", "bothify", "lexify", "hexify", "random_int", "currency_code", "url", "iana_id", "language_name"),
)


@pytest.fixture(scope="module")
def domains() -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    for locale in LOCALES:
        for method in COMMON:
            if method in localised(locale).owners:
                try:
                    found[method, locale] = faker.domain(method, {}, locale)
                except faker.NoDomain as refusal:
                    found[method, locale] = refusal
    return found


def test_nothing_is_given_twice(domains: dict[tuple[str, str], Any]) -> None:
    random = np.random.default_rng(7)
    for call, domain in domains.items():
        if not isinstance(domain, faker.NoDomain):
            few = domain.size <= 60_000
            index = np.arange(domain.size) if few else np.unique(random.integers(0, domain.size, 20_000))
            column = domain.at(index)
            assert len(column) == len(index), call
            assert column.n_unique() == len(index), call
            assert column.null_count() == 0, call


@pytest.mark.parametrize(
    ("method", "locale"), [("user_name", "en_US"), ("user_name", "pt_BR"), ("catch_phrase", "en_US")]
)
def test_nothing_is_given_twice_in_a_whole_domain(method: str, locale: str) -> None:
    domain = faker.domain(method, {}, locale)
    assert domain.at(np.arange(min(domain.size, 2_000_000))).n_unique() == min(domain.size, 2_000_000)


def test_a_million_random_places_of_large_domains_hold_no_text_twice() -> None:
    for method in ("phone_number", "company_email"):
        domain = faker.domain(method, {}, "en_US")
        index = permute(3, np.arange(1_000_000), domain.size)
        assert domain.at(index).n_unique() == 1_000_000


def test_small_domains_are_what_faker_gives(domains: dict[tuple[str, str], Any]) -> None:
    for (method, locale), domain in domains.items():
        if not isinstance(domain, faker.NoDomain) and domain.size <= 60 and domain.at(np.arange(1)).dtype == pl.String:
            theirs = localised(locale)
            theirs.random.seed(1)
            drawn = {theirs.method(method)() for _ in range(60 * domain.size)}
            assert set(texts_of(domain)) == drawn, (method, locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_lists_are_fakers_lists(locale: str) -> None:
    lists = {"first_name": "first_names", "last_name": "last_names", "job": "jobs", "word": "word_list"}
    for method, attribute in lists.items():
        provider = localised(locale).owners[method]
        if hasattr(provider, attribute):
            assert list(texts_of(faker.domain(method, {}, locale))) == list(dict.fromkeys(getattr(provider, attribute)))


# Formats that are left out since nothing proves that no other gives the same text.
IN_PART = {("ascii_email", "it_IT"), ("street_name", "es_CO"), ("street_address", "es_CO")}


def test_what_faker_gives_is_in_the_domain(domains: dict[tuple[str, str], Any]) -> None:
    for (method, locale), domain in domains.items():
        if not isinstance(domain, faker.NoDomain) and (method, locale) not in IN_PART:
            theirs = localised(locale)
            theirs.random.seed(1)
            missing = [value for _ in range(40) if str(value := theirs.method(method)()) not in domain]
            assert missing == [], (method, locale)


def test_sizes() -> None:
    assert faker.domain("user_name", {}, "en_US").size == 1_463_710
    assert faker.domain("email", {}, "en_US").size == 3 * 1_463_710
    assert faker.domain("email", {"safe": False}, "en_US").size > 10**12
    assert faker.domain("phone_number", {}, "en_US").size > 10_000_000
    assert LARGEST - 10 < faker.domain("address", {}, "en_US").size <= LARGEST
    assert faker.domain("random_int", {"min": 5, "max": 25, "step": 5}, "en_US").at(np.arange(5)).to_list() == [
        5,
        10,
        15,
        20,
        25,
    ]
    assert faker.domain("numerify", {"text": "A-##"}, "en_US").at(np.array([0, 7, 99])).to_list() == [
        "A-00",
        "A-07",
        "A-99",
    ]


def test_user_names_are_lower_case_and_ascii() -> None:
    for locale in ("en_US", "fr_FR", "ja_JP"):
        domain = faker.domain("user_name", {}, locale)
        names = domain.at(permute(1, np.arange(5_000), domain.size)).to_list()
        assert all(name.isascii() and name == name.lower() and " " not in name for name in names)


@pytest.mark.parametrize(
    ("method", "locale", "message"),
    [
        ("sentence", "en_US", "cannot be unique in `en_US`: its values cannot be counted"),
        ("pyfloat", "en_US", "gives no texts, whole numbers or decimals"),
        ("words", "en_US", "gives no texts, whole numbers or decimals"),
        ("password", "en_US", "cannot be unique in `en_US`: its values cannot be counted"),
    ],
)
def test_what_has_no_domain_is_refused(method: str, locale: str, message: str) -> None:
    with pytest.raises(faker.NoDomain) as refusal:
        faker.domain(method, {}, locale)
    assert message in refusal.value.message
    assert refusal.value.help


def test_a_locale_that_overrides_a_method_is_read_as_it_is() -> None:
    # `postcode` of en_US is code of its own: a number with five digits from 501 on.
    codes = texts_of(faker.domain("postcode", {}, "en_US"))
    assert (codes[0], codes[-1], len(codes)) == ("00501", "99950", 99_450)


@pytest.mark.parametrize("form", ["d", "05d", "x", "04x", "02X"])
@pytest.mark.parametrize("numbers", [range(300), range(1, 4_000, 13)])
def test_numbers_are_written_as_python_does(form: str, numbers: range) -> None:
    counted = Counted(numbers, form)
    assert counted.at(np.arange(len(numbers))).to_list() == [format(number, form) for number in numbers]
    assert counted.shape.shortest == min(len(format(number, form)) for number in numbers)


texts = st.text(alphabet="ab-", max_size=3)
leaves = st.lists(texts, min_size=1, max_size=4).map(lambda values: Elements(tuple(values)))
grammars: st.SearchStrategy[Node] = st.recursive(
    leaves
    | st.builds(lambda low, size: Numbers(range(low, low + size), "d"), st.integers(-12, 12), st.integers(1, 30)),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Choice(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(sequence)
    ),
    max_leaves=6,
)


def language(node: Node) -> set[str]:
    """All texts of a grammar, by listing them: the oracle; OverflowError where there are too many."""
    if isinstance(node, Elements):
        return set(node.values)
    if isinstance(node, Numbers):
        return {format(number, node.form or "d") for number in node.range}
    if isinstance(node, Choice):
        return set().union(*map(language, node.alternatives))
    made = {""}
    for part in node.parts:
        after = language(part)
        if len(made) * len(after) > 20_000:
            raise OverflowError
        made = {text + more for text in made for more in after}
    return made


@given(grammars, st.sampled_from([0, 4, 100_000]))
@settings(max_examples=300, deadline=None)
def test_domains_of_any_grammar_hold_no_text_twice_and_none_of_another(node: Node, few: int) -> None:
    try:
        with patch.object(distinct, "_FEW", few):  # what is not listed as a whole has to be proved or searched
            known, domain = language(node), Distinct().domain(node)
    except (OverflowError, NotCompiled):
        assume(False)
    made = texts_of(domain)
    assert len(made) == len(set(made)) == domain.size
    assert set(made) <= known
    if few > len(known):
        assert set(made) == known
    assert all(text in domain for text in made)


@given(st.lists(leaves, min_size=2, max_size=3), st.lists(leaves, min_size=2, max_size=3))
@settings(max_examples=300, deadline=None)
def test_proofs_are_sound(one: list[Elements], other: list[Elements]) -> None:
    domains = [[Listed(tuple(dict.fromkeys(part.values))) for part in parts] for parts in (one, other)]
    for parts in domains:
        if injective(parts):
            size = 1
            for part in parts:
                size *= part.size
            assert len(language(sequence([Elements(part.texts) for part in parts]))) == size
    whole = [Distinct().concatenate(parts) for parts in domains]
    if disjoint(*whole):
        assert not set(texts_of(whole[0])) & set(texts_of(whole[1]))


lists = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=6, unique=True)


@given(st.lists(lists, min_size=1, max_size=3), st.lists(lists, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_collisions_are_those_of_the_listed_products(one: list[list[str]], other: list[list[str]]) -> None:
    listed = [[Listed(tuple(part)) for part in parts] for parts in (one, other)]
    texts_of_one, texts_of_other = (["".join(each) for each in combinations(*parts)] for parts in (one, other))
    shared = {index for index, text in enumerate(texts_of_other) if text in set(texts_of_one)}
    assert Collisions(*listed).shared() == shared
    if len(set(map("".join, combinations(*one[1:])))) == len(list(combinations(*one[1:]))):
        repeats = {index for index, text in enumerate(texts_of_one) if text in texts_of_one[:index]}
        assert Collisions(listed[0], listed[0]).repeats() == repeats


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("x = self.numerify('#######')\nreturn x + x", "in too many ways"),
        ("x = self.numerify('#######')\nif x == '1234567':\n    return x\nreturn 'a'", "computes with what it draws"),
        ("return ''.join([self.tld()] * 3)", "computes with what it draws"),
        ("while self.tld():\n    pass\nreturn self.tld()", "a loop that is not known"),
        ("return f'{self.tld()!r}'", "`FormattedValue`"),
        ("return '%-9s' % self.numerify('#######')", "computes with what it draws"),
        ("return self.tld()[0]", None),
        ("return [self.tld(), self.tld()]", "lists"),
    ],
)
def test_code_that_no_grammar_can_say_is_not_compiled(source: str, why: str | None) -> None:
    import ast
    import textwrap

    from seedengine.generation.faker.interpreter import Interpreter

    faked = localised("en_US")
    provider = faked.owners["tld"]
    (definition,) = ast.parse("def method(self):\n" + textwrap.indent(source, "    ")).body
    assert isinstance(definition, ast.FunctionDef)
    run = Interpreter(Compiler(faked), provider, provider.tld.__func__)  # type: ignore[attr-defined]
    if why is None:
        assert set(run.run(definition, (), {}).values) == {"c", "b", "i", "n", "o"}
    elif why == "lists":
        assert isinstance(run.run(definition, (), {}), list)
    else:
        with pytest.raises(NotCompiled, match=why):
            run.run(definition, (), {})


def test_placeholders_words_and_slugs() -> None:
    assert len(language(substituted(Elements(("%#", "$!", "x")), NUMERIC))) == 90 + 8 * 11 + 1 - 80
    company = sequence([Elements(("Le Blot", "Roy")), Elements((" ",)), Elements(("SA",))])
    assert language(first_word(company)) == {"Le", "Roy"}
    slugs = slugified(sequence([Elements(("De La", "O'Neil", "-x", "'")), Elements((". ",)), Elements(("B",))]))
    assert isinstance(slugs, Changed)
    assert slugs.some is not None
    assert language(slugs.some) == {"de-la-b", "oneil-b"}
