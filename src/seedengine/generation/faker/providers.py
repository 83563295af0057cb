"""Faker's generators: one per thread and locale, with random numbers of its own and formats without a clock.

Only what stands here touches Faker's factory; the rest of the package asks for a `Localised`.
"""

import importlib
import locale as names_of_locales
import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from random import Random
from types import FunctionType
from typing import Any

from faker.config import AVAILABLE_LOCALES, DEFAULT_LOCALE, PROVIDERS
from faker.generator import Generator
from faker.providers import BaseProvider

# A few formats (`{{first_name}}{{year}}` of Russian user names) hold a year, which Faker draws up to the clock's.
YEARS = range(1970, 2026)

# Lists that Faker makes from a set, so that their order follows the hash seed: locale → provider → attribute.
_UNORDERED = {"it_IT": {"faker.providers.address": ("cities",)}}

# Patterns that few checks need are compiled at first use.
_DEFINITION = r"(?m)^(?:    @(?P<kind>\w+)\n)*    def (?P<name>[a-z]\w*)\(\s*self\b"
_ALIAS = r"(?m)^    (?P<name>[a-z]\w*) = (?P<of>[a-z]\w*)$"
_NO_METHODS = {"staticmethod", "property", "cached_property"}

logging.getLogger("faker").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Localised:
    """Faker for one locale: `generator` draws from `random` alone, `owners` maps each method to its provider."""

    locale: str
    generator: Generator
    random: Random

    @cached_property
    def owners(self) -> dict[str, BaseProvider]:
        """The provider that gives each method, by the method's name."""
        found: dict[str, BaseProvider] = {}
        for provider in self.generator.get_providers():
            for name in public_methods(type(provider)):
                found.setdefault(name, provider)
        return found

    def method(self, name: str) -> Callable[..., Any]:
        """The bound method of that name; KeyError where no provider of the locale has it."""
        bound: Callable[..., Any] = getattr(self.owners[name], name)
        return bound


class _PerThread(threading.local):
    def __init__(self) -> None:
        self.made: dict[tuple[str, type[Random]], Localised] = {}


_per_thread = _PerThread()


def localised(locale: str, source: type[Random] = Random) -> Localised:
    """This thread's Faker for a locale, made at first use, with random numbers of the class `source`.

    Nobody else draws from it, so a value depends on nothing but the seed that `random` was given just before.
    """
    made = _per_thread.made
    if (locale, source) not in made:
        made[locale, source] = _localise(locale, source())
    return made[locale, source]


def _localise(locale: str, random: Random) -> Localised:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated locale warns when it is made
        generator = _generator(locale)
    # Providers may keep the random numbers that they first see, so they are set before anything is drawn. A generator
    # that is not seeded draws bytes from the operating system.
    generator.random = random
    generator.seed_instance(0)
    for provider, attributes in _UNORDERED.get(locale, {}).items():
        owner = generator.provider(provider)
        for attribute in attributes:
            setattr(owner, attribute, sorted(getattr(owner, attribute)))
    generator.set_formatter("year", lambda: str(random.choice(YEARS)))
    return Localised(locale, generator, random)


def _generator(locale: str) -> Generator:
    """What Faker's `Factory.create` gives, which lists the modules of every package of providers for each locale."""
    name = names_of_locales.normalize(locale).partition(".")[0]
    settings: dict[str, Any] = {"locale": name, "use_weighting": True}
    generator = Generator(**settings)
    for package in PROVIDERS:
        language = _language_of(package, name)
        provider = (_base(package) if language is None else provider_class(package, language))(generator)
        provider.__use_weighting__ = True
        provider.__provider__ = package
        provider.__lang__ = language
        generator.add_provider(provider)
    return generator


@cache
def _language_of(package: str, locale: str) -> str | None:
    """The locale whose providers of a package serve a locale; None where the package is not localized."""
    module = importlib.import_module(package)
    if not getattr(module, "localized", False):
        return None
    if Path(str(module.__file__)).with_name(locale).joinpath("__init__.py").is_file():
        return locale
    return getattr(module, "default_locale", None) or DEFAULT_LOCALE


def locales() -> frozenset[str]:
    """Every locale that Faker has."""
    return frozenset(AVAILABLE_LOCALES)


_public_methods: dict[type[BaseProvider], frozenset[str]] = {}


def public_methods(provider: type[BaseProvider]) -> frozenset[str]:
    """The names of the methods that a class of providers offers."""
    if provider not in _public_methods:
        _public_methods[provider] = _read_methods(provider)
    return _public_methods[provider]


def _read_methods(provider: type[BaseProvider]) -> frozenset[str]:
    attributes: dict[str, Any] = {}
    for each in reversed(provider.__mro__):
        attributes.update(vars(each))
    return frozenset(
        name
        for name, value in attributes.items()
        if not name.startswith("_") and isinstance(value, FunctionType | classmethod)
    )


class Methods(Set[str]):
    """The names of all methods of all locales; those of single locales are only read when they are needed."""

    def __contains__(self, name: object) -> bool:
        return name in _common() or name in _special()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(_common() | _special().keys()))

    def __len__(self) -> int:
        return len(_common() | _special().keys())


def locales_with(method: str) -> tuple[str, ...]:
    """The locales that have a method which not all have."""
    return tuple(sorted(_special().get(method, ())))


@cache
def _common() -> frozenset[str]:
    return frozenset[str]().union(*(public_methods(_base(each)) for each in PROVIDERS))


@cache
def _special() -> dict[str, set[str]]:
    """Method → locales, from the sources of their providers: to import all of these modules takes over a second."""
    found: dict[str, set[str]] = {}
    for package in PROVIDERS:
        for path in _sources(package):
            source = path.read_text(encoding="utf-8")
            defined = {each["name"] for each in re.finditer(_DEFINITION, source) if each["kind"] not in _NO_METHODS}
            defined.update(each["name"] for each in re.finditer(_ALIAS, source) if each["of"] in defined)
            for name in defined - _common():
                found.setdefault(name, set()).add(path.parent.name)
    return found


def _sources(package: str) -> Iterator[Path]:
    return Path(str(importlib.import_module(package).__file__)).parent.glob("*/__init__.py")


def _base(package: str) -> type[BaseProvider]:
    base: type[BaseProvider] = importlib.import_module(package).Provider
    return base


def own_locales(package: str) -> tuple[str, ...]:
    """The locales for which a package of providers has a module of its own; none where it is not localized."""
    if not getattr(importlib.import_module(package), "localized", False):
        return ()
    return tuple(sorted(path.parent.name for path in _sources(package)))


def provider_class(package: str, locale: str) -> type[BaseProvider]:
    """The class of providers that a package has for one of its `own_locales`."""
    found: type[BaseProvider] = importlib.import_module(f"{package}.{locale}").Provider
    return found
