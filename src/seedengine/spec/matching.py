"""Whether a row that is at hand matches a cleanup filter."""

from collections.abc import Hashable, Mapping
from datetime import date, datetime
from typing import Any

from seedengine.spec.cleanup import Condition, Removed, RowFilter
from seedengine.spec.ranges import read_datetime


def row_matches(row: Mapping[str, Any], filter: RowFilter) -> bool:
    """Whether `filter` takes a row; what it does not show (a column it lacks, `removed`) is taken to hold."""
    if not all(_holds(row[column], condition) for column, condition in filter.columns.items() if column in row):
        return False
    if not all(row_matches(row, part) for part in filter.all):
        return False
    if filter.any and not any(row_matches(row, part) for part in filter.any):
        return False
    if filter.not_ is None or not any(column in row for part in filter.not_.parts() for column in part.columns):
        return True
    return not row_matches(row, filter.not_)


def _holds(value: Any, condition: Condition) -> bool:
    if condition.is_null is not None and (value is None) != condition.is_null:
        return False
    tests = [
        wanted is None or isinstance(wanted, Removed) or (value is not None and test(value, wanted))
        for wanted, test in (
            (condition.equals, lambda value, wanted: value == wanted),
            (condition.in_, lambda value, _: isinstance(value, Hashable) and value in condition.among),
            (condition.starts_with, lambda value, wanted: str(value).startswith(wanted)),
            (condition.ends_with, lambda value, wanted: str(value).endswith(wanted)),
            (condition.contains, lambda value, wanted: wanted in str(value)),
            (condition.overlaps, lambda value, _: not condition.overlapping.isdisjoint(value)),
            (condition.before, lambda value, wanted: _moment(value) < read_datetime(wanted)),
            (condition.after, lambda value, wanted: _moment(value) > read_datetime(wanted)),
        )
    ]
    return all(tests)


def _moment(value: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value if isinstance(value, datetime) else read_datetime(str(value))
