"""Unique values: the domain of a method, from the grammar of what it gives."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from seedengine.generation.faker.calls import kind_of_call
from seedengine.generation.faker.columnwise import compiler
from seedengine.generation.faker.distinct import Distinct
from seedengine.generation.faker.domains import Domain
from seedengine.generation.faker.grammar import Choice, Made, Node, NotCompiled, Numbers
from seedengine.generation.faker.results import Kind
from seedengine.generation.faker.rowwise import dtype_of

T = TypeVar("T")

_domains: dict[tuple[str, str, str], Domain] = {}
_distinct: dict[str, Distinct] = {}


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
    call = (method, repr(args), locale)
    if call not in _domains:
        _domains[call] = _of_grammar(method, args, locale, Distinct.domain)
    return _domains[call]


def holds(method: str, args: Mapping[str, Any], locale: str, count: int) -> bool:
    """Whether `domain` has so many values, found out with less work where it has many more; raises as `domain`."""
    return _of_grammar(method, args, locale, lambda distinct, node: distinct.holds(node, count))


def _of_grammar(method: str, args: Mapping[str, Any], locale: str, find: Callable[[Distinct, Node], T]) -> T:
    kind = kind_of_call(method, args, locale)
    if kind.element is not None or kind.type in (float, bool):
        raise NoDomain(
            f"`{method}` gives no texts, whole numbers or decimals, so it cannot be unique", "choose another method"
        )
    try:
        node = compiler(locale).grammar(method, args)
        if not _is_of_kind(node, kind):
            raise NotCompiled("it draws numbers from a list")
        return find(_distinct.setdefault(locale, Distinct()), node)
    except NotCompiled as error:
        help = "combine it with `{row}` in a `template`, or choose another method"
        raise NoDomain(f"`{method}` cannot be unique in `{locale}`: {error}", help) from None


def _is_of_kind(node: Node, kind: Kind) -> bool:
    """Whether what is counted through are numbers, where the column holds numbers."""
    if kind.type is int:
        return isinstance(node, Numbers)
    drawn = node.alternatives if isinstance(node, Choice) else (node,)
    dtype = dtype_of(kind)
    return kind.type is not Decimal or all(isinstance(each, Made) and each.dtype == dtype for each in drawn)
