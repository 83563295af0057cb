"""The methods of Faker's base class that all draws are made by, as grammars."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from itertools import permutations
from math import fsum, perm
from typing import Any

from seedengine.generation.faker.drawn import Outcomes
from seedengine.generation.faker.grammar import (
    NUMERIC,
    Choice,
    Elements,
    Node,
    NotCompiled,
    Numbers,
    element_of,
    literal,
    spread,
    substituted,
)

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_DRAWS = 64
_MOST_LISTS = 20_000


def _random_element(elements: Any = ("a", "b", "c")) -> Any:
    if isinstance(elements, Node):
        return spread(elements, _random_element)
    if isinstance(elements, list | tuple) and any(isinstance(each, Node) for each in elements):
        return Choice(tuple(each if isinstance(each, Node) else Elements((each,)) for each in elements))
    if isinstance(elements, dict) and not isinstance(elements, OrderedDict):
        raise NotCompiled("it draws from a mapping without order")
    return element_of(elements)


def _random_elements(
    elements: Any = ("a", "b", "c"), length: int | None = None, unique: bool = False, use_weighting: bool | None = None
) -> Any:
    if isinstance(elements, Node):
        raise NotCompiled("it draws several of what it draws")
    if use_weighting is False and isinstance(elements, Mapping):
        elements = list(elements)
    if length is None:
        counts = range(1, len(elements) + 1)
        results = tuple(_random_elements(elements, count, unique) for count in counts)
        return Outcomes(results, (1 / len(counts),) * len(counts))
    if length > _MOST_DRAWS:
        raise NotCompiled("it draws long lists")
    if unique:
        return _different(elements, length)
    return [_random_element(elements) for _ in range(length)]


def _different(elements: Any, length: int) -> Any:
    """Several of a list in any order, none of them twice, as Faker draws them one after the other."""
    if not all(isinstance(each, Hashable) for each in elements) or perm(len(elements), length) > _MOST_LISTS:
        raise NotCompiled("it draws different ones of many")
    weights = list(elements.values()) if isinstance(elements, Mapping) else [1.0] * len(elements)
    values, lists, shares = list(elements), [], []
    for places in permutations(range(len(values)), length):
        left, share = fsum(weights), 1.0
        for place in places:
            share *= weights[place] / left
            left -= weights[place]
        lists.append([values[place] for place in places])
        shares.append(share)
    return Elements(tuple(lists), tuple(shares))


def _random_int(min: int = 0, max: int = 9999, step: int = 1) -> Node:
    return Numbers(range(min, max + 1, step))


def _random_number(digits: int | None = None, fix_len: bool = False) -> Node:
    if digits is None:
        return Choice(tuple(_random_number(each, fix_len) for each in range(1, 10)))
    return Numbers(range(10 ** (digits - 1) if fix_len else 0, 10**digits))


def _numerify(text: Any = "###") -> Node:
    return substituted(_node(text), NUMERIC)


def _lexify(text: Any = "????", letters: str = _LETTERS) -> Node:
    return substituted(_node(text), {"?": Elements(tuple(letters))})


def _bothify(text: Any = "## ??", letters: str = _LETTERS) -> Node:
    return _lexify(_numerify(text), letters)


def _hexify(text: Any = "^^^^", upper: bool = False) -> Node:
    return substituted(_node(text), {"^": Elements(tuple("0123456789ABCDEF" if upper else "0123456789abcdef"))})


def _node(text: Any) -> Node:
    return text if isinstance(text, Node) else literal(text)


DRAWS: Mapping[str, Callable[..., Any]] = {
    "bothify": _bothify,
    "hexify": _hexify,
    "lexify": _lexify,
    "numerify": _numerify,
    "random_choices": _random_elements,
    "random_digit": lambda: Numbers(range(10)),
    "random_digit_above_two": lambda: Numbers(range(2, 10)),
    "random_digit_not_null": lambda: Numbers(range(1, 10)),
    "random_element": _random_element,
    "random_elements": _random_elements,
    "random_int": _random_int,
    "random_letter": lambda: Elements(tuple(_LETTERS)),
    "random_lowercase_letter": lambda: Elements(tuple(_LETTERS[:26])),
    "random_number": _random_number,
    "random_uppercase_letter": lambda: Elements(tuple(_LETTERS[26:])),
}
