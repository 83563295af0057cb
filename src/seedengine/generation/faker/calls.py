"""Calls of Faker's methods: may this one fill a column, and of which kind."""

from collections.abc import Mapping
from random import Random
from typing import Any

from seedengine.diagnostics import SeedengineError
from seedengine.generation.faker.arguments import check_arguments, prepared
from seedengine.generation.faker.clock import follows_clock, instead
from seedengine.generation.faker.providers import Localised, locales_with, localised
from seedengine.generation.faker.reach import tokens
from seedengine.generation.faker.results import Kind, NoColumn, kind_of
from seedengine.spec.facts import Problem

_SAMPLES = 16
# Where a method is annotated to give texts, more values would tell no more of their kind.
_SAMPLES_OF_TEXTS = 4
_MOST_DRAWS = 100_000
_MOST_CHARACTERS = 100_000
# Arguments whose texts name methods without braces, whole or without a leading `py`.
_NAMING = frozenset({"data_columns", "value_types", "allowed_types"})


class CallFault(SeedengineError):
    """Faker failed; `row` is the position in the batch of the row for which it did."""

    def __init__(self, message: str, help: str | None = None, row: int | None = None) -> None:
        super().__init__(message, help)
        self.row = row


class _Endless(Exception):
    pass


class _Metered(Random):
    """The same random numbers as `Random`, but only so many from one seed on: loops come to an end."""

    def seed(self, a: Any = None, version: int = 2) -> None:
        self.left = _MOST_DRAWS
        super().seed(a, version)

    def random(self) -> float:
        self._draw()
        return super().random()

    def getrandbits(self, k: int, /) -> int:
        self._draw()
        return super().getrandbits(k)

    def _draw(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Endless


def check_call(method: str, args: Mapping[str, Any], locale: str) -> Problem | None:
    """Why this call of a method in a known locale cannot fill a column, or None.

    Arguments are held against the method's signature and bounded, what follows the clock is refused, and then the
    call is made a few times with fixed seeds.
    """
    sampled = _sample(method, args, locale)
    return sampled if isinstance(sampled, Problem) else None


def kind_of_call(method: str, args: Mapping[str, Any], locale: str) -> Kind:
    """The kind of column that this call fills; CallFault where `check_call` finds a problem."""
    sampled = _sample(method, args, locale)
    if isinstance(sampled, Problem):
        raise CallFault(sampled.message, sampled.help)
    return sampled


def told(error: Exception) -> str:
    """What an exception of Faker's says, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".")[:200] if lines else type(error).__name__


_samples: dict[tuple[str, str, str], Kind | Problem] = {}


def _sample(method: str, args: Mapping[str, Any], locale: str) -> Kind | Problem:
    call = (method, repr(args), locale)
    if call not in _samples:
        _samples[call] = _examine(method, args, locale)
    return _samples[call]


def _examine(method: str, args: Mapping[str, Any], locale: str) -> Kind | Problem:
    faker = localised(locale, _Metered)
    if method not in faker.owners:
        others = ", ".join(f"`{each}`" for each in locales_with(method)[:8])
        return Problem(f"`{method}` is not in Faker's `{locale}`", f"it is in {others}" if others else None)
    if follows_clock(method, locale):
        return Problem(f"`{method}` follows the clock, so its values would change from day to day", instead(method))
    problem = check_arguments(faker, method, args) or _check_mentions(faker, args)
    return problem or _try(faker, method, args)


def _check_mentions(faker: Localised, args: Mapping[str, Any]) -> Problem | None:
    """Formats in the arguments may call other methods, but only such as could be called themselves."""
    for argument, value in args.items():
        for name in tokens(value):
            if name not in faker.owners:
                return Problem(
                    f"`{{{{{name}}}}}` is no method of Faker's",
                    "only methods of its providers stand in `{{…}}`",
                    argument,
                )
        for name in (*tokens(value), *(_named(value) if argument in _NAMING else ())):
            if name in faker.owners and follows_clock(name, faker.locale):
                return Problem(
                    f"`{name}` follows the clock, so its values would change from day to day", instead(name), argument
                )
    return None


def _named(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value, f"py{value}")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return tuple(name for each in inner for name in _named(each))


def _try(faker: Localised, method: str, args: Mapping[str, Any]) -> Kind | Problem:
    call, arguments, made, draws = faker.method(method), prepared(args), [], 0
    metered = faker.random
    assert isinstance(metered, _Metered)
    texts = getattr(call, "__annotations__", {}).get("return") is str
    try:
        for seed in range(_SAMPLES_OF_TEXTS if texts else _SAMPLES):
            metered.seed(seed)
            made.append(call(**arguments))
            if made[-1] is not None:
                kind_of(made)
            length = _length(made[-1])
            if length > _MOST_CHARACTERS:
                return Problem(
                    f"`{method}` gives values of {length} characters; {_MOST_CHARACTERS} are the most", "ask for less"
                )
            draws += _MOST_DRAWS - metered.left
            if draws > _MOST_DRAWS:  # large values, of which some tell enough
                break
        return kind_of(made)
    except _Endless:
        return Problem(f"`{method}` comes to no end with these arguments", "change its arguments")
    except NoColumn as error:
        return Problem(f"`{method}` {error.message}", error.help)
    except Exception as error:  # noqa: BLE001 - providers raise what they like, some of them `Exception` itself
        return Problem(
            f"`{method}` cannot be called so: {told(error)}",
            "change its arguments" if args else "choose another method",
        )


def _length(value: Any) -> int:
    if isinstance(value, list | tuple):
        return sum(map(_length, value))
    return len(value) if isinstance(value, str | bytes) else 0
