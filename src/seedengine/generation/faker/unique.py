"""Unique values: the domain of a method, from the grammar of what it gives."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from seedengine.generation.faker.calls import kind_of_call
from seedengine.generation.faker.compiler import Compiler
from seedengine.generation.faker.distinct import Distinct
from seedengine.generation.faker.domains import Domain
from seedengine.generation.faker.grammar import NotCompiled, Numbers
from seedengine.generation.faker.providers import localised

_domains: dict[tuple[str, str, str], Domain] = {}


class NoDomain(Exception):
    """A method has no values that could be counted through without repeats: `message`, and what to do."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message, help)
        self.message = message
        self.help = help


def domain(method: str, args: Mapping[str, Any], locale: str) -> Domain:
    """The different values of a method in a fixed order, the same in every process; NoDomain where there is none.

    A series that it makes is of `result_dtype`. Where formats can give one text in two ways, all but one are left out;
    where that cannot be told, the format is. CallFault where `check_call` finds a problem.
    """
    kind = kind_of_call(method, args, locale)
    if kind.element is not None or kind.type in (float, bool, Decimal):
        raise NoDomain(f"`{method}` gives no texts or whole numbers, so it cannot be unique", "choose another method")
    call = (method, repr(args), locale)
    if call not in _domains:
        _domains[call] = _make(method, args, locale, whole=kind.type is int)
    return _domains[call]


def _make(method: str, args: Mapping[str, Any], locale: str, *, whole: bool) -> Domain:
    compiler, distinct = _of(locale)
    try:
        node = compiler.grammar(method, args)
        if whole and not isinstance(node, Numbers):
            raise NotCompiled("it draws whole numbers from a list")
        return distinct.domain(node)
    except NotCompiled as error:
        help = "combine it with `{row}` in a `template`, or choose another method"
        raise NoDomain(f"`{method}` cannot be unique in `{locale}`: {error}", help) from None


@cache
def _of(locale: str) -> tuple[Compiler, Distinct]:
    return Compiler(localised(locale)), Distinct()
