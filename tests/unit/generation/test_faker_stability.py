"""Values of Faker depend on the seed alone: not on the clock, the time zone, the hash seed, or what was drawn before.

Run as a script, this file prints the values of every method that is not refused, under a clock moved by so many days.
"""

import datetime
import json
import os
import re
import subprocess
import sys
import time
import zlib
from typing import Any

import pytest

ADDRESS = re.compile(r" at 0x[0-9a-f]+")
LOCALES = ("en_US", "ar_AA", "cs_CZ", "es_MX", "it_IT", "ja_JP", "ru_RU")


def move_clock(days: int) -> None:
    """Move all clocks of this process, before anything else takes a reference to them."""
    offset = days * 86_400 + 5 * 3_600 + 17 * 60
    real, real_date, now = datetime.datetime, datetime.date, time.time

    class AlsoReal(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, cls.__mro__[1])

    class Moved(real, metaclass=AlsoReal):  # type: ignore[misc, valid-type]
        def __new__(cls, *args: Any, **keywords: Any) -> Any:
            return real(*args, **keywords)

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.fromtimestamp(time.time(), tz)

        today = utcnow = now

    class MovedDate(real_date, metaclass=AlsoReal):  # type: ignore[misc, valid-type]
        def __new__(cls, *args: Any) -> Any:
            return real_date(*args)

        @classmethod
        def today(cls) -> Any:
            return real_date.fromtimestamp(time.time())

    time.time = lambda: now() + offset
    datetime.datetime, datetime.date = Moved, MovedDate  # type: ignore[misc, assignment]


def print_values(days: int) -> None:
    move_clock(days)
    import numpy as np

    from seedengine.generation import faker
    from seedengine.generation.faker.providers import localised

    address = np.arange(5, dtype=np.uint64)
    found: dict[str, Any] = {"control": localised("en_US").method("date_between")("now", "now").isoformat()}
    for locale in LOCALES:
        for method in sorted(localised(locale).owners):
            if faker.check_call(method, {}, locale) is None:
                found[f"{locale} {method}"] = repr(faker.values(method, {}, locale, 7, address).to_list())
            else:
                found[f"{locale} {method}"] = "refused"
    providers = {
        type(provider): provider
        for locale in sorted(faker.locales())
        for provider in localised(locale).generator.get_providers()
    }
    for kind, provider in providers.items():
        for name in dir(provider):
            value = getattr(provider, name)
            if not name.startswith("_") and isinstance(value, list | tuple | dict):
                found[f"{kind.__module__} {name} of data"] = zlib.crc32(ADDRESS.sub("", repr(value)).encode())
    json.dump(found, sys.stdout)


@pytest.fixture(scope="module")
def under() -> dict[str, dict[str, Any]]:
    """The values in this process's surroundings, and where all that could matter is another."""
    surroundings = {"here": ("0", "UTC", "0"), "elsewhere": ("400", "Pacific/Kiritimati", "1")}
    running = {
        name: subprocess.Popen(
            [sys.executable, __file__, days],
            stdout=subprocess.PIPE,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": hash_seed},
        )
        for name, (days, zone, hash_seed) in surroundings.items()
    }
    return {name: json.loads(process.communicate()[0]) for name, process in running.items()}


def test_no_method_follows_clock_zone_or_hash_seed(under: dict[str, dict[str, Any]]) -> None:
    here, elsewhere = dict(under["here"]), dict(under["elsewhere"])
    assert here.pop("control") < elsewhere.pop("control"), "the clock that Faker reads was not moved"
    assert [name for name in here if here[name] != elsewhere.get(name)] == []


def test_most_methods_are_not_refused(under: dict[str, dict[str, Any]]) -> None:
    english = {
        name: value for name, value in under["here"].items() if name.startswith("en_US ") and name.count(" ") == 1
    }
    refused = [name for name, value in english.items() if value == "refused"]
    assert len(english) > 270
    assert 46 <= len(refused) < 75


if __name__ == "__main__":
    print_values(int(sys.argv[1]))
