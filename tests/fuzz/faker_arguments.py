"""Calls of Faker that ask for too much, or for something else than they take."""

import inspect
from functools import cache
from random import Random

from faker import Faker

_VALUES = (
    *("0", "1", "-1", "5", "100", "10000", "10001", "1000000000", "99999999999999999999", "1e300", ".inf"),
    *(".nan", "true"),
    *("null", "a", '""', "'%%%###???'", "'" + "#" * 5000 + "'", "[]", "[1, 2]", "[a, b]", "[10000, 10000]"),
    *("{a: 1}", "{a: 10000}"),
    *("'{{name}}'", "'{{' ", "'{{sentence(nb_words=10000000)}}'", "'{{random_element}}'", "'{}'", "'%n'"),
    *("'[a-z]{1000}'", "now", "'-30y'"),
    *("2025-01-01", "en_US", "[[[[1]]]]", "['" + "x" * 2000 + "']", "2147483647", "'\\d{100000}'"),
    *("['pystr', 'pyint']", "../x", "/etc/passwd"),
)  # fmt: skip
_PRIVATE = (
    "seed",
    "seed_instance",
    "parse",
    "add_provider",
    "format",
    "__class__",
    "_Generator__config",
    "random",
    "unique",
    "optional",
)


@cache
def _methods() -> dict[str, tuple[str, ...]]:
    """The arguments of every method of Faker's providers in en_US."""
    found = {}
    for provider in Faker("en_US").get_providers():
        for name, method in inspect.getmembers(provider, callable):
            if not name.startswith("_"):
                found[name] = tuple(inspect.signature(method).parameters) if inspect.isroutine(method) else ()
    return dict(sorted(found.items()))


def faker_call(random: Random) -> list[tuple[str, str]]:
    """The keys of a `faker` value and what stands at them."""
    methods = _methods()
    method = random.choice(tuple(methods)) if random.random() < 0.9 else random.choice(_PRIVATE)
    pairs = [("faker", method)]
    names = [each for each in methods.get(method, ()) if random.random() < 0.5]
    if random.random() < 0.1:
        names.append(random.choice(("x", "self", "__class__", "args", "max_nb_chars")))
    if names and random.random() < 0.8:
        pairs.append(
            ("args", "{" + ", ".join(f"{name}: {random.choice(_VALUES)}" for name in dict.fromkeys(names)) + "}")
        )
    if random.random() < 0.15:
        pairs.append(("unique", "true"))
    if random.random() < 0.15:
        pairs.append(
            ("locale", random.choice(("de_DE", "ja_JP", "ar_EG", "fr_FR", "xx", "zh_TW", "th_TH", "la", "pt_BR")))
        )
    return pairs
