"""Facts about Faker for the checks of a spec: methods, arguments, and where a locale has no data of its own."""

import re
from collections.abc import Mapping, Set
from functools import cache
from typing import Any

from faker.providers import BaseProvider

from seedengine.generation.faker.arguments import Signature
from seedengine.generation.faker.arguments import signature as read_signature
from seedengine.generation.faker.providers import Methods, locales_with, localised, own_locales, provider_class
from seedengine.generation.faker.reach import reach

# What these give reads alike in every language and country.
_NEUTRAL = frozenset({"barcode", "credit_card", "date_time", "geo", "internet", "isbn", "misc", "passport"})
# What these give belongs to a country, not only to a language.
_NATIONAL = frozenset({"address", "automotive", "bank", "phone_number", "ssn"})
_BASE_LANGUAGE = "en"
_TOKEN = re.compile(r"\{\{.*?\}\}")


def methods() -> Set[str]:
    """The names of all methods of Faker's providers, in any locale; the factory's own are none."""
    return Methods()


def signature(method: str, locale: str = "en_US") -> Signature | None:
    """The arguments of a method, in a locale that has it; None for what is no method of a provider."""
    for each in (locale, *locales_with(method)[:1]):
        if method in localised(each).owners:
            return read_signature(localised(each), method)
    return None


@cache
def fallback_warning(method: str, locale: str) -> str | None:
    """What Faker does without a word where it has no data of its own for a method in a locale; None where it has.

    All data that the method reads is looked at: where some of it is of another language than the locale's, or is
    national and of another country, though Faker has such data for other locales, the warning names those.
    """
    faker = localised(locale)
    if method not in faker.owners or _package(faker.owners[method]) in _NEUTRAL:
        return None
    missing = [
        (provider, _owners(provider.__provider__, attribute))
        for provider, attribute in reach(method, locale).data
        if _package(provider) not in _NEUTRAL and not _belongs(provider, attribute, locale)
    ]
    provider, owners = max(missing, key=lambda each: len(each[1]), default=(None, ()))
    return _warning(method, locale, provider.__lang__ or "", owners) if provider is not None and owners else None


def _belongs(provider: BaseProvider, attribute: str, locale: str) -> bool:
    if provider.__lang__ not in (locale, None):
        return _language(provider.__lang__ or "") == _language(locale) and _package(provider) not in _NATIONAL
    if _source(type(provider), provider.__provider__, attribute) or _language(locale) == _BASE_LANGUAGE:
        return True
    return not _has_words(getattr(provider, attribute))


def _warning(method: str, locale: str, given: str, owners: tuple[str, ...]) -> str:
    instead = f"that of `{given}`" if given != locale else "English ones"
    akin = [each for each in owners if _language(each) == _language(locale)]
    has = ", ".join(f"`{each}`" for each in akin[:6])
    others = f"{has} {'has' if len(akin) == 1 else 'have'} it" if akin else "no locale of that language has it"
    return f"Faker has no data of its own for `{method}` in `{locale}` and gives {instead}: {others}"


@cache
def _owners(package: str, attribute: str) -> tuple[str, ...]:
    """The locales whose class of a package has that attribute of its own, not of the package's base."""
    classes = ((each, provider_class(package, each)) for each in own_locales(package))
    return tuple(each for each, found in classes if hasattr(found, attribute) and _source(found, package, attribute))


def _source(provider: type[BaseProvider], package: str, attribute: str) -> str:
    """The locale of the class that defines an attribute; empty where that is no locale's."""
    for each in provider.__mro__:
        if attribute in each.__dict__:
            return (
                each.__module__.removeprefix(package).removeprefix(".").partition(".")[0]
                if each.__module__.startswith(package)
                else ""
            )
    return ""


def _package(provider: BaseProvider) -> str:
    return provider.__provider__.rpartition(".")[2]


def _language(locale: str) -> str:
    return locale.partition("_")[0]


def _has_words(value: Any) -> bool:
    texts = [each for each in value if isinstance(each, str)] if isinstance(value, Mapping | list | tuple) else []
    return any(letter.isalpha() for text in texts for letter in _TOKEN.sub("", text))
