"""Which of Faker's methods follow the clock or the time zone, and what to write instead."""

from seedengine.generation.faker.reach import reach

# What code that reads the clock or the zone has to name, wherever it takes it from.
_CLOCK = frozenset(
    {
        "now",
        "today",
        "utcnow",
        "time_ns",
        "localtime",
        "gmtime",
        "mktime",
        "astimezone",
        "fromtimestamp",
        "utcfromtimestamp",
    }
)

# The dates in these lie between fixed days, so the clock that is read for others is of no consequence.
_BETWEEN_FIXED_DAYS = frozenset({"firefox", "user_agent"})

_DATE = "use `{date: {from: …, to: …}}`"
_DATETIME = "use `{datetime: {from: …, to: …}}`"
_TIME = "use `{time: {from: …, to: …}}`"
_INSTEAD = {
    "am_pm": "use `{choice: [AM, PM]}`",
    "century": "use `{choice: [XIX, XX, XXI]}`",
    "day_of_month": "use `{int: 1..31}`",
    "day_of_week": "use `{choice: [Monday, Tuesday, …]}`",
    "iso8601": _DATETIME,
    "month": "use `{int: 1..12}`",
    "month_name": "use `{choice: [January, February, …]}`",
    "passport_dob": _DATE,
    "time": _TIME,
    "time_object": _TIME,
    "unix_time": _DATETIME,
    "year": "use `{int: 1970..2026}`",
}


def follows_clock(method: str, locale: str) -> bool:
    """Whether any code that the method may run reads the clock or the time zone."""
    return method not in _BETWEEN_FIXED_DAYS and not _CLOCK.isdisjoint(reach(method, locale).names)


def instead(method: str) -> str:
    """What to write instead of a method that follows the clock."""
    if method in _INSTEAD:
        return _INSTEAD[method]
    if "date_time" in method or "datetime" in method:
        return _DATETIME
    if "date" in method:
        return _DATE
    return "choose another method or locale, or write it as a `template` over a `{date: …}` of `let`"
