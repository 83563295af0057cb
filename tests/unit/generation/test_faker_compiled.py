"""Compiled columns of Faker's against Faker itself: the same values, as often.

`SEEDENGINE_FAKER_VALUES=20000 pytest tests/unit/generation/test_faker_compiled.py` compares so many values of every
call in every locale here; without it, 1,000 values of a part of the calls, another one for each locale.
"""

import ast
import os
import re
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest

from seedengine.checking import load_spec
from seedengine.generation import faker
from seedengine.generation.bits import derive_key, permute
from seedengine.generation.entity import make_rows, open_world
from seedengine.generation.faker.calls import kind_of_call
from seedengine.generation.faker.columnwise import compiler
from seedengine.generation.faker.compiler import Compiler
from seedengine.generation.faker.grammar import (
    Changed,
    Choice,
    Elements,
    Made,
    Node,
    NotCompiled,
    Numbers,
    Rejected,
    Sequence,
    letters,
)
from seedengine.generation.faker.interpreter import Interpreter
from seedengine.generation.faker.providers import localised
from seedengine.generation.faker.rowwise import plain
from seedengine.generation.faker.sampler import Texts

VALUES = int(os.environ.get("SEEDENGINE_FAKER_VALUES", "1000"))
FULL = "SEEDENGINE_FAKER_VALUES" in os.environ
LOCALES = ("en_US", "ar_AA", "fr_FR", "de_DE", "ja_JP", "pt_BR", "ru_RU", "zh_CN")
Call = tuple[str, dict[str, Any]]
METHODS = (
    *("first_name", "first_name_male", "first_name_female", "first_name_nonbinary", "last_name", "last_name_male"),
    *("last_name_female", "name", "name_male", "name_female", "name_nonbinary", "prefix", "prefix_female", "suffix"),
    *("user_name", "email", "safe_email", "free_email", "company_email", "ascii_email", "ascii_safe_email"),
    *("ascii_company_email", "domain_name", "domain_word", "hostname", "url", "uri", "uri_path", "tld", "city"),
    *("street_name", "street_address", "building_number", "secondary_address", "address", "postcode", "country"),
    *("country_code", "state", "state_abbr", "administrative_unit", "city_suffix", "street_suffix", "phone_number"),
    *("msisdn", "basic_phone_number", "country_calling_code", "company", "company_suffix", "catch_phrase", "bs", "job"),
    *("color_name", "safe_color_name", "hex_color", "safe_hex_color", "rgb_color", "rgb_css_color", "file_name"),
    *("file_extension", "file_path", "mime_type", "unix_device", "license_plate", "currency_code", "currency_name"),
    *("language_name", "language_code", "locale", "boolean", "null_boolean", "random_int", "random_digit"),
    *("random_digit_not_null", "random_number", "random_letter", "random_letters", "numerify"),
    *("bothify", "lexify", "hexify", "random_element", "random_elements", "random_sample", "swift", "bban", "ssn"),
    *("http_status_code", "port_number", "iana_id", "ripe_id", "nic_handle", "passport_number", "cryptocurrency_code"),
)
CALLS: tuple[Call, ...] = (
    *((method, {}) for method in METHODS),
    ("email", {"safe": False}),
    ("email", {"domain": "seed.test"}),
    ("hostname", {"levels": 2}),
    ("domain_name", {"levels": 2}),
    ("url", {"schemes": ["ftp", "sftp"]}),
    ("file_path", {"depth": 3, "category": "video"}),
    ("uri_path", {"deep": 4}),
    ("boolean", {"chance_of_getting_true": 20}),
    ("random_int", {"min": -5, "max": 25, "step": 5}),
    ("random_number", {"digits": 3, "fix_len": True}),
    ("numerify", {"text": "A-#%$!@ %%"}),
    ("bothify", {"text": "?#?#", "letters": "AB"}),
    ("lexify", {"text": "x?y??", "letters": "Aéß"}),
    ("hexify", {"text": "^^-^", "upper": True}),
    ("random_element", {"elements": ["a", "b", None, "b"]}),
    ("random_element", {"elements": {"often": 0.9, "seldom": 0.1, "never": 0}}),
    ("random_element", {"elements": [1, 2.5]}),
    ("random_elements", {"elements": {"a": 5, "b": 1, "c": 2}, "length": 2}),
    ("random_elements", {"elements": {"a": 5, "b": 1, "c": 2}, "length": 2, "unique": True}),
    ("random_choices", {"elements": ["a", "b"], "length": 3}),
    ("randomize_nb_elements", {"number": 100, "min": 70}),
)
FEATURES = 8
# One bound for all comparisons: were all frequencies the same, one run in a thousand would fail somewhere.
SIGNIFICANCE = 0.001 / (len(LOCALES) * len(CALLS) * FEATURES)


def calls(locale: str) -> Iterator[Call]:
    """The calls that are compiled in a locale: all of them, or in a short run a part."""
    callable = [each for each in CALLS if faker.check_call(*each, locale) is None]
    known = [each for each in callable if faker.is_compiled(*each, locale)]
    return iter(known if FULL else known[LOCALES.index(locale) % 4 :: 4])


def fakers(method: str, args: Mapping[str, Any], locale: str, count: int) -> list[Any]:
    """Values that Faker itself gives."""
    theirs, kind = localised(locale), kind_of_call(method, args, locale)
    theirs.random.seed(1)
    prepared = faker.arguments.prepared(args)
    return [plain(theirs.method(method)(**prepared), kind) for _ in range(count)]


def ours(method: str, args: Mapping[str, Any], locale: str, count: int) -> pl.Series:
    """As many values of the compiled column."""
    column = faker.compiled(method, args, locale)
    assert column is not None
    return column.draw(11, np.arange(count, dtype=np.uint64))


def features(value: Any) -> Iterable[Any]:
    """What is compared of a value: itself, and what tells values apart of which each comes but once."""
    if isinstance(value, list):
        return (value and str(value[0]), value and str(value[-1]), len(value), str(value), 0, 0, 0, 0)
    text = str(value)
    words = re.split(r"[\s@./_-]+", text)
    middle = len(text) // 2
    return (
        text,
        len(text),
        words[0],
        words[-1],
        len(words),
        words[len(words) // 2],
        text[:1],
        text[middle : middle + 1],
    )


def deviation(one: "Counter[Any]", other: "Counter[Any]") -> float:
    """Pearson's chi-square of two samples, as a normal deviate (Wilson and Hilferty 1931).

    Values that are expected less than 10 times in a sample count together.
    """
    share = one.total() / (one.total() + other.total())
    cells: list[tuple[int, int]] = []
    rare = [0, 0]
    for value in one.keys() | other.keys():
        both = one[value] + other[value]
        if both * min(share, 1 - share) >= 10:
            cells.append((one[value], other[value]))
        else:
            rare[0] += one[value]
            rare[1] += other[value]
    if sum(rare) * min(share, 1 - share) >= 10:
        cells.append((rare[0], rare[1]))
    freedom = len(cells) - 1
    if freedom < 1:
        return 0.0
    statistic = sum(
        (mine - (mine + theirs) * share) ** 2 / ((mine + theirs) * share)
        + (theirs - (mine + theirs) * (1 - share)) ** 2 / ((mine + theirs) * (1 - share))
        for mine, theirs in cells
    )
    scale = 2 / (9 * freedom)
    return float(((statistic / freedom) ** (1 / 3) - (1 - scale)) / scale**0.5)


@pytest.mark.parametrize("locale", LOCALES)
def test_frequencies_are_fakers(locale: str) -> None:
    bound = NormalDist().inv_cdf(1 - SIGNIFICANCE)
    for method, args in calls(locale):
        mine, theirs = ours(method, args, locale, VALUES), fakers(method, args, locale, VALUES)
        pairs = zip(
            zip(*map(features, mine.to_list()), strict=True), zip(*map(features, theirs), strict=True), strict=True
        )
        for feature, (one, other) in enumerate(pairs):
            assert deviation(Counter(one), Counter(other)) < bound, (method, args, feature)


@pytest.mark.parametrize("locale", LOCALES)
def test_values_are_of_the_grammar_and_the_grammar_is_of_fakers_values(locale: str) -> None:
    count = min(VALUES, 4_000) if FULL else 100
    for method, args in calls(locale):
        try:
            node = compiler(locale).grammar(method, args)
        except NotCompiled:  # lists have no grammar
            continue
        gives = Recogniser(node)
        for values in (ours(method, args, locale, count).to_list(), fakers(method, args, locale, count)):
            assert [value for value in values if not gives(value)] == [], (method, args)


class Recogniser:
    """Whether a grammar gives a value; texts that are changed as a whole are held against it without their hyphens."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lists: dict[Node, tuple[list[int], frozenset[Any]]] = {}

    def __call__(self, value: Any) -> bool:
        if not isinstance(value, str):
            return self._holds(self._node, value)
        return len(value) in self._ends(self._node, value, 0)

    def _holds(self, node: Node, value: Any) -> bool:
        if isinstance(node, Choice):
            return any(self._holds(each, value) for each in node.alternatives)
        if isinstance(node, Elements):
            return value in node.values
        return isinstance(node, Made) or (isinstance(node, Numbers) and value in node.range)

    def _ends(self, node: Node, text: str, start: int) -> set[int]:
        """Where a text of the grammar may end that begins there."""
        if isinstance(node, Choice):
            return set().union(*(self._ends(each, text, start) for each in node.alternatives))
        if isinstance(node, Sequence):
            ends = {start}
            for part in node.parts:
                ends = {after for end in ends for after in self._ends(part, text, end)}
            return ends
        if isinstance(node, Elements):
            lengths, texts = self._known(node)
            return {start + length for length in lengths if text[start : start + length] in texts}
        if isinstance(node, Numbers):
            return {end for end in range(start + 1, len(text) + 1) if self._is_number(node, text[start:end])}
        if isinstance(node, Changed):
            return {end for end in range(start, len(text) + 1) if set(text[start:end]) <= letters(node)}
        if isinstance(node, Rejected):
            return {end for end in self._ends(node.node, text, start) if text[start:end] not in node.unwanted}
        return set(range(start, len(text) + 1))

    def _known(self, node: Elements) -> tuple[list[int], frozenset[Any]]:
        if node not in self._lists:
            texts = frozenset(each for each in node.values if isinstance(each, str))
            self._lists[node] = sorted({len(each) for each in texts}), texts
        return self._lists[node]

    @staticmethod
    def _is_number(node: Numbers, text: str) -> bool:
        form = node.form or "d"
        try:
            number = int(text, 16 if form[-1] in "xX" else 10)
        except ValueError:
            return False
        return number in node.range and format(number, form) == text


@pytest.mark.parametrize("locale", ["en_US", "ar_AA", "ru_RU", "zh_CN"])
def test_values_hang_on_neither_order_nor_company(locale: str) -> None:
    rows = np.arange(500, dtype=np.uint64)
    order = permute(5, np.arange(500), 500)
    for method, args in calls(locale):
        column = faker.compiled(method, args, locale)
        assert column is not None
        whole = column.draw(3, rows)
        assert whole.dtype == faker.result_dtype(method, args, locale), method
        assert column.draw(3, rows[order]).to_list() == whole.gather(order).to_list(), method
        assert column.draw(3, rows[7:8]).to_list() == whole[7:8].to_list(), method
        assert column.draw(3, rows[:0]).dtype == whole.dtype, method
        assert len(column.draw(3, rows[:0])) == 0, method


def test_no_function_is_called_once_per_row() -> None:
    for method in ("name", "email", "address", "phone_number", "company", "random_elements", "license_plate"):
        ours(method, {}, "en_US", 10)
        few, many = (_functions_called(method, count) for count in (5_000, 25_000))
        assert abs(many - few) < 500, method


def _functions_called(method: str, rows: int) -> int:
    called = 0

    def count(*_: Any) -> None:
        nonlocal called
        called += 1

    sys.setprofile(count)
    try:
        ours(method, {}, "en_US", rows)
    finally:
        sys.setprofile(None)
    return called


def test_values_do_not_hang_on_the_hash_seed() -> None:
    made = [
        subprocess.run(
            [sys.executable, "-c", _DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] != ""


_DIGEST = """
import numpy as np
from seedengine.generation import faker
for method in ("name", "user_name", "url", "city", "street_name", "company", "locale", "mime_type", "random_elements"):
    print(method, faker.compiled(method, {}, "ru_RU").draw(3, np.arange(50, dtype=np.uint64)).to_list())
"""


# Code in which a draw is used twice, decided by, or drawn anew, where a grammar could easily say something else.
SNIPPETS = (
    "x = self.random_element('aab')\nreturn x + x",
    "x = self.random_int(0, 3)\nif x > 1:\n    return f'{x}'\nreturn f'low{x}'",
    "xs = [self.random_digit_not_null() for _ in range(2)]\nreturn '%d%d%d' % (xs[0], xs[1], xs[0])",
    "return self.random_element(('', 'a', '')) or self.random_element(('', 'b'))",
    "x = self.random_element('abcc')\nwhile x in ('a',):\n    x = self.random_element('abcc')\nreturn x",
    "return self.numerify('#' * self.random_int(1, 2)) + self.random_element('ab').upper()",
    "x = self.random_element(['aa', 'b'])\nreturn re.sub('a', lambda _: self.random_element('xy'), x) + x",
    "x = self.random_int(0, 9)\ny = x % 3\nreturn f'{x}{y}'",
    "x, y = self.random_element((('a', 'b'), ('c', 'd')))\nreturn x + y",
    "x = self.random_int(0, 2)\ny = self.random_int(0, 2)\nif x == 1 or y < 1:\n    return f'{x}{y}'\nreturn f'{y}'",
    "x = self.random_element(('b', '', 'a'))\nreturn f'{x}.{self.random_digit()}' if x else 'none'",
    "xs = self.random_elements(('a', 'b', 'c'), length=self.random_int(1, 2), unique=True)\nreturn '-'.join(xs)",
    "x = self.random_element({'a': (1, 2), 'b': (3,)}.items())\nreturn f'{x[0]}{len(x[1])}'",
    "x = self.random_element(('de la', 'x y z'))\nreturn x.split(' ')[0] + x.split(' ')[-1]",
    "t = ''\nfor x in self.tlds[-1]:\n    t += self.random_element('ab' if x == 'A' else '1')\nreturn t + '.'",
    "return self.generator.format(self.random_element(('tld', 'word'))) if self.random_int(1, 9) <= 3 else 'no'",
)


@pytest.mark.parametrize("source", SNIPPETS)
def test_code_gives_what_its_grammar_says_as_often(source: str) -> None:
    text = "def method(self):\n" + textwrap.indent(source, "    ")
    namespace: dict[str, Any] = {"re": re}
    exec(compile(text, "snippet", "exec"), namespace)
    theirs = localised("en_US")
    (definition,) = ast.parse(text).body
    assert isinstance(definition, ast.FunctionDef)
    made = Interpreter(Compiler(theirs), theirs.owners["tld"], namespace["method"]).run(definition, (), {})
    theirs.random.seed(2)
    given = Counter(str(namespace["method"](theirs.owners["tld"])) for _ in range(4_000))
    mine = Counter(Texts(made).draw(5, np.arange(4_000, dtype=np.uint64)).to_list())
    assert deviation(mine, given) < NormalDist().inv_cdf(1 - 0.001 / len(SNIPPETS))


@pytest.mark.parametrize(("method", "locale"), [("user_name", "el_GR"), ("catch_phrase", "fr_FR"), ("bban", "no_NO")])
def test_code_that_cannot_be_followed_is_called_for_each_row(method: str, locale: str, tmp_path: Path) -> None:
    assert not faker.is_compiled(method, {}, locale)
    path = tmp_path / "spec.yaml"
    path.write_text(
        f"seedspec: 1\nname: spec\nseed: 5\nlocale: {locale}\nentities:\n  thing:\n    count: 20\n    fields:\n"
        f"      value: {{faker: {method}}}\n"
    )
    made = make_rows(open_world(load_spec(path).spec), "thing", 0, 20)["value"]
    rows = np.arange(20, dtype=np.uint64)
    assert made.to_list() == faker.values(method, {}, locale, derive_key(5, "thing", "value"), rows).to_list()
