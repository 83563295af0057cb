"""Compiled columns: a method's values drawn from its grammar, a whole column at a time."""

from collections.abc import Mapping, Sequence
from functools import cache
from threading import RLock
from typing import Any, Protocol
from uuid import UUID

import polars as pl

from seedengine.generation.bits import Words, below, derive_key
from seedengine.generation.columns import repeat, scatter
from seedengine.generation.faker.alias import Alias
from seedengine.generation.faker.calls import kind_of_call
from seedengine.generation.faker.compiler import Compiler
from seedengine.generation.faker.domains import Counted
from seedengine.generation.faker.drawn import Outcomes
from seedengine.generation.faker.grammar import Choice, Elements, Made, Node, NotCompiled, Numbers
from seedengine.generation.faker.providers import localised
from seedengine.generation.faker.results import INT64, Kind
from seedengine.generation.faker.rowwise import dtype_of, plain
from seedengine.generation.faker.sampler import Texts, divided

_columns: dict[tuple[str, str, str], "Column | NotCompiled"] = {}
_lock = RLock()


class Column(Protocol):
    """Values drawn for addresses."""

    def draw(self, key: int, address: Words) -> pl.Series:
        """A value for each address, by the key and that address alone."""


def compiled(method: str, args: Mapping[str, Any], locale: str) -> Column | None:
    """The column of a call, made at its first use; None where Faker has to be called for each row.

    What it draws is of `result_dtype`. CallFault where `check_call` finds a problem.
    """
    found = _compiled(method, args, locale)
    return None if isinstance(found, NotCompiled) else found


def is_compiled(method: str, args: Mapping[str, Any], locale: str) -> bool:
    """Whether a call fills its column without a call for each row; CallFault as `compiled`."""
    return compiled(method, args, locale) is not None


def _compiled(method: str, args: Mapping[str, Any], locale: str) -> Column | NotCompiled:
    call = (method, repr(args), locale)
    with _lock:
        if call not in _columns:
            kind = kind_of_call(method, args, locale)
            try:
                _columns[call] = _column(compiler(locale).result(method, args), kind, "")
            except NotCompiled as error:
                _columns[call] = error
        return _columns[call]


@cache
def compiler(locale: str) -> Compiler:
    """The compiler of a locale."""
    return Compiler(localised(locale))


class _Listed:
    def __init__(self, node: Elements, kind: Kind, path: str) -> None:
        try:
            values = [plain(value, kind) for value in node.values]
            self._values = pl.Series(values=values, dtype=dtype_of(kind), strict=True)
        except (TypeError, ValueError, ArithmeticError) as error:
            raise NotCompiled("it gives values of several types") from error
        self._path, self._draws = path, Alias(len(values), node.weights)

    def draw(self, key: int, address: Words) -> pl.Series:
        return self._values.gather(self._draws.draw(derive_key(key, self._path), address))


class _Counted:
    def __init__(self, node: Numbers, kind: Kind, path: str) -> None:
        if kind.type not in (int, float) or not (node.range[0] in INT64 and node.range[-1] in INT64):
            raise NotCompiled("it gives numbers that are not whole, or beyond 64 bits")
        self._path, self._numbers, self._dtype = path, Counted(node.range, None), dtype_of(kind)

    def draw(self, key: int, address: Words) -> pl.Series:
        index = below(derive_key(key, self._path), address, self._numbers.size)
        return self._numbers.at(index).cast(self._dtype)


class _Made:
    def __init__(self, node: Made, kind: Kind, path: str) -> None:
        if node.dtype != dtype_of(kind):
            raise NotCompiled("it gives values of several types")
        self._node, self._path = node, path

    def draw(self, key: int, address: Words) -> pl.Series:
        return self._node.draw(derive_key(key, self._path), address)


class _Lists:
    def __init__(self, values: Sequence[Any], kind: Kind, path: str) -> None:
        if kind.element is None:
            raise NotCompiled("it gives values of several types")
        if kind.element.element is not None:
            raise NotCompiled("it gives lists of lists")
        element, self._dtype = kind.element, dtype_of(kind)
        nodes = [each if isinstance(each, Node) else Elements((each,)) for each in values]
        self._columns = [_column(each, element, f"{path}.{place}") for place, each in enumerate(nodes)]

    def draw(self, key: int, address: Words) -> pl.Series:
        if not self._columns:
            return repeat([], len(address), self._dtype)
        columns = [pl.lit(each.draw(key, address)) for each in self._columns]
        return pl.select(pl.concat_list(columns)).to_series().cast(self._dtype)


class _Choice:
    def __init__(self, alternatives: Sequence[Any], weights: tuple[float, ...] | None, kind: Kind, path: str) -> None:
        self._path, self._draws = path, Alias(len(alternatives), weights)
        self._columns = [_column(each, kind, f"{path}.{place}") for place, each in enumerate(alternatives)]

    def draw(self, key: int, address: Words) -> pl.Series:
        rows = divided(self._draws, derive_key(key, self._path), address)
        parts = [(positions, self._columns[each].draw(key, address[positions])) for each, positions in rows]
        return scatter(parts, len(address)) if parts else self._columns[0].draw(key, address)


def _column(node: Any, kind: Kind, path: str) -> Column:
    if isinstance(node, Outcomes):
        return _Choice(node.values, node.weights, kind, path)
    if isinstance(node, list | tuple):
        return _Lists(node, kind, path)
    if kind.type in (str, UUID) and not _holds_values(node):
        return Texts(node, path)
    if isinstance(node, Elements):
        return _Listed(node, kind, path)
    if isinstance(node, Numbers) and node.form is None:
        return _Counted(node, kind, path)
    if isinstance(node, Choice):
        return _Choice(node.alternatives, node.weights, kind, path)
    if isinstance(node, Made):
        return _Made(node, kind, path)
    raise NotCompiled("it gives values of several types")


def _holds_values(node: Node) -> bool:
    """Whether a grammar gives what is no text, NULL above all."""
    if isinstance(node, Elements):
        return not all(isinstance(value, str) for value in node.values)
    return isinstance(node, Choice) and any(map(_holds_values, node.alternatives))
