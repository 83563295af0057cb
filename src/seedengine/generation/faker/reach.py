"""What a method of Faker's can reach: all code that it may run and all data of providers that it may read.

Nothing is called. Names in the code are followed to methods, functions and class attributes, tokens of formats to the
methods they name, and an overriding method to those it overrides. What a call with certain arguments would not come to
counts too, so the answer errs on the side of too much.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from faker.providers import BaseProvider

from seedengine.generation.faker.providers import Localised, localised

_TOKEN = re.compile(r"\{\{\s*(\w+)")


@dataclass
class Reach:
    """The walk from one method of one locale: `names` of its `code`, and `data` as pairs of provider and attribute."""

    faker: Localised
    names: set[str] = field(default_factory=set)
    data: dict[tuple[BaseProvider, str], None] = field(default_factory=dict)
    _seen: set[tuple[CodeType, BaseProvider]] = field(default_factory=set)
    _looked_up: set[tuple[BaseProvider, str]] = field(default_factory=set)

    def follow(self, method: str) -> "Reach":
        """Walk on from a method of a provider."""
        owner = self.faker.owners[method]
        for definition in _definitions(type(owner), method):
            self._function(definition, owner)
        return self

    def _function(self, function: FunctionType, provider: BaseProvider) -> None:
        if (function.__code__, provider) in self._seen:
            return
        self._seen.add((function.__code__, provider))
        for code in _nested(function.__code__):
            self.names.update(code.co_names)
            for name in code.co_names:
                self._name(name, function, provider)
            for constant in code.co_consts:
                self._mentions(_named(constant))
                if isinstance(constant, str) and constant in self.faker.owners:
                    self._token(constant)  # `generator.format("company")`
        for cell in function.__closure__ or ():
            if isinstance(cell.cell_contents, FunctionType):
                self._function(cell.cell_contents, provider)

    def _name(self, name: str, function: FunctionType, provider: BaseProvider) -> None:
        if (provider, name) not in self._looked_up:
            self._looked_up.add((provider, name))
            self._attribute(name, provider)
        found = function.__globals__.get(name)
        if isinstance(found, FunctionType) and found.__module__.startswith("faker."):
            self._function(found, provider)
        owner = self.faker.owners.get(name)
        if found is None and owner is not None and owner is not provider:
            self._token(name)

    def _attribute(self, name: str, provider: BaseProvider) -> None:
        for definition in _definitions(type(provider), name):
            self._function(definition, provider)
        if hasattr(provider, name) and not inspect.isroutine(getattr(type(provider), name, None)):
            self.data[provider, name] = None
            self._mentions(_mentioned(provider, name))

    def _mentions(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self.faker.owners:
                self._token(name)

    def _token(self, name: str) -> None:
        # A formatter without a provider behind it is one that `providers` put in its place.
        if hasattr(getattr(self.faker.generator, name), "__self__"):
            self.follow(name)


@cache
def reach(method: str, locale: str) -> Reach:
    """The walk from one method of one locale."""
    return Reach(localised(locale)).follow(method)


def tokens(value: Any) -> tuple[str, ...]:
    """The names in `{{…}}` in a text, or in the texts of a list or mapping at any depth."""
    if isinstance(value, str):
        return tuple(_TOKEN.findall(value))
    if isinstance(value, Mapping):
        return tuple(name for each in (*value, *value.values()) for name in tokens(each))
    if isinstance(value, list | tuple):
        return tuple(name for each in value for name in tokens(each))
    return ()


_known_definitions: dict[tuple[type[BaseProvider], str], tuple[FunctionType, ...]] = {}


def _definitions(provider: type[BaseProvider], name: str) -> tuple[FunctionType, ...]:
    """The function of that name in a class, and those that it overrides as far as it may call them."""
    if (provider, name) not in _known_definitions:
        _known_definitions[provider, name] = tuple(_overridden(provider, name))
    return _known_definitions[provider, name]


def _overridden(provider: type[BaseProvider], name: str) -> Iterator[FunctionType]:
    for each in provider.__mro__:
        found = each.__dict__.get(name)
        found = found.__func__ if isinstance(found, classmethod | staticmethod) else found
        if isinstance(found, FunctionType):
            yield found
            if not any(
                _is_base(used, found, provider)
                for code in _nested(inspect.unwrap(found).__code__)
                for used in code.co_names
            ):
                return


def _is_base(name: str, function: FunctionType, provider: type[BaseProvider]) -> bool:
    return name == "super" or function.__globals__.get(name) in provider.__mro__[1:]


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


_known_mentions: dict[tuple[type[BaseProvider], str], tuple[str, ...]] = {}


def _mentioned(provider: BaseProvider, attribute: str) -> tuple[str, ...]:
    """The names in `{{…}}` in data of a class of providers."""
    data = (type(provider), attribute)
    if data not in _known_mentions:
        _known_mentions[data] = _named(getattr(provider, attribute))
    return _known_mentions[data]


def _named(value: Any) -> tuple[str, ...]:
    """The names in `{{…}}` in a text, or in the texts right in a list or mapping, each once."""
    texts = (value,) if isinstance(value, str) else value if isinstance(value, Mapping | list | tuple) else ()
    marked = (text for text in texts if isinstance(text, str) and "{{" in text)
    return tuple(dict.fromkeys(name for text in marked for name in _TOKEN.findall(text)))
