"""Functions that providers call which are no methods: those that give the same for the same arguments, always."""

import builtins
import inspect
from collections.abc import Iterator
from functools import cache
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import Any

_NAMES = (
    *("abs", "all", "any", "bool", "chr", "dict", "divmod", "enumerate", "float", "getattr", "hasattr", "int"),
    *("isinstance", "len", "list", "map", "max", "min", "ord", "pow", "range", "reversed", "round", "sorted", "str"),
    *("sum", "tuple", "zip"),
)
FUNCTIONS = {name: getattr(builtins, name) for name in _NAMES}
_MODULES = frozenset({"math", "re", "string", "unicodedata", "_operator", "builtins"})
# What code names that draws, or looks at the world.
_IMPURE = frozenset(
    {"random", "generator", "now", "today", "time", "open", "environ", "set", "frozenset", "hash", "id"}
)


def is_pure(function: Any) -> bool:
    """Whether a function gives the same for the same arguments, and changes nothing."""
    if function in _builtins():
        return True
    if isinstance(function, BuiltinFunctionType):
        return function.__module__ in _MODULES
    if isinstance(function, FunctionType):
        return function.__module__ in _MODULES or (function.__module__.startswith("faker.") and _is_pure(function))
    return False


@cache
def _builtins() -> frozenset[Any]:
    return frozenset(FUNCTIONS.values())


@cache
def _is_pure(function: FunctionType) -> bool:
    names = {name for code in _nested(inspect.unwrap(function).__code__) for name in code.co_names}
    if names & _IMPURE or function.__closure__:
        return False
    called = (function.__globals__.get(name) for name in names)
    return all(each is function or is_pure(each) for each in called if isinstance(each, FunctionType))


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
