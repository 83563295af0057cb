"""The proleptic Gregorian calendar by the column, from year 1 to 9999 (Hinnant, chrono-compatible date algorithms)."""

import numpy as np
from numpy.typing import NDArray

from seedengine.generation.expressions.faults import fail_where

Integers = NDArray[np.int64]

MICROSECONDS = 86_400_000_000
# The first and last day and microsecond of the calendar, counted from 1970-01-01.
FIRST_DAY, LAST_DAY = -719_162, 2_932_896
FIRST_MOMENT, LAST_MOMENT = FIRST_DAY * MICROSECONDS, (LAST_DAY + 1) * MICROSECONDS - 1
YEAR_2000 = 10_957 * MICROSECONDS

_HELP = "dates go from year 1 to 9999"


def days_of(year: Integers, month: Integers, day: Integers) -> Integers:
    """Days from 1970-01-01 to that date; a day beyond the month's end runs on into the next."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return np.asarray(era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468)


def date_of(days: Integers) -> tuple[Integers, Integers, Integers]:
    """Year, month and day of a number of days from 1970-01-01."""
    shifted = days + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    part = (5 * of_year + 2) // 153
    month = np.where(part < 10, part + 3, part - 9)
    return year + era * 400 + (month <= 2), month, of_year - (153 * part + 2) // 5 + 1


def month_length(year: Integers, month: Integers) -> Integers:
    """Days of the month."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return np.where(month == 2, 28 + leap, 30 + ((month + (month > 7)) & 1))


def add_months(days: Integers, months: Integers) -> Integers:
    """The same day of the month so many months on, or the month's last day where it is shorter."""
    year, month, day = date_of(days)
    count = year * 12 + month - 1 + months
    year, month = count // 12, count % 12 + 1
    return days_of(year, month, np.minimum(day, month_length(year, month)))


def iso_week(days: Integers) -> tuple[Integers, Integers]:
    """ISO 8601's year and week, whose first one holds the year's first Thursday."""
    thursday = days - (days + 3) % 7 + 3
    year, _, _ = date_of(thursday)
    one = np.ones(1, np.int64)
    return year, (thursday - days_of(year, one, one)) // 7 + 1


def check_days(days: Integers) -> Integers:
    """The same days; RowFault outside of the calendar."""
    fail_where((days < FIRST_DAY) | (days > LAST_DAY), "date out of range", _HELP)
    return days


def check_moments(moments: Integers) -> Integers:
    """The same microseconds from 1970-01-01; RowFault outside of the calendar."""
    fail_where((moments < FIRST_MOMENT) | (moments > LAST_MOMENT), "timestamp out of range", _HELP)
    return moments
