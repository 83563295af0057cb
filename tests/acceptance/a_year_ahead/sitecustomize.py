"""A process that finds this folder on its PYTHONPATH lives a year ahead, as far as Python itself tells the time.

Python imports `sitecustomize` before anything else, so every later import gets these clocks. The values that C code
makes (`datetime` arithmetic, a database's own clock) are not reached.
"""

import datetime
import time
from typing import Any

YEAR = 365 * 24 * 3600

_time, _time_ns, _clock_gettime = time.time, time.time_ns, time.clock_gettime
_gmtime, _localtime, _strftime, _ctime = time.gmtime, time.localtime, time.strftime, time.ctime
_date, _datetime = datetime.date, datetime.datetime


class _Meta(type):
    """What the real class made is an instance of the shifted one too."""

    real: type

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.real)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.real)


class date(_date, metaclass=_Meta):  # noqa: N801 — it takes the place of datetime.date
    __slots__ = ()
    real = _date

    @classmethod
    def today(cls) -> Any:
        return cls.fromtimestamp(time.time())


class datetime_(_datetime, metaclass=_Meta):  # noqa: N801 — it takes the place of datetime.datetime
    __slots__ = ()
    real = _datetime

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def today(cls) -> Any:
        return cls.fromtimestamp(time.time())

    @classmethod
    def utcnow(cls) -> Any:
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)


for _shifted, _name in ((date, "date"), (datetime_, "datetime")):
    _shifted.__name__ = _shifted.__qualname__ = _name
    _shifted.__module__ = "datetime"

datetime.date, datetime.datetime = date, datetime_  # type: ignore[misc]
time.time = lambda: _time() + YEAR
time.time_ns = lambda: _time_ns() + YEAR * 10**9
time.clock_gettime = lambda clock: _clock_gettime(clock) + (YEAR if clock == time.CLOCK_REALTIME else 0)
time.gmtime = lambda seconds=None: _gmtime(time.time() if seconds is None else seconds)
time.localtime = lambda seconds=None: _localtime(time.time() if seconds is None else seconds)
time.strftime = lambda form, moment=None: _strftime(form, time.localtime() if moment is None else moment)
time.ctime = lambda seconds=None: _ctime(time.time() if seconds is None else seconds)
