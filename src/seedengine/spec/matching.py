"""Whether a row that is at hand matches a cleanup filter."""

from collections.abc import Callable, Mapping
from typing import Any

from seedengine.spec.cleanup import Condition, Removed, RowFilter
from seedengine.spec.comparing import as_moment, element_text, forms_of_value


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


def column_without_moment(row: Mapping[str, Any], filter: RowFilter) -> str | None:
    """The first column whose value lies neither before nor after a moment, although the filter asks; None if none."""
    for part in filter.parts():
        for column, condition in part.columns.items():
            value = row.get(column)
            asked = condition.before is not None or condition.after is not None
            if asked and value is not None and as_moment(value) is None:
                return column
    return None


def _holds(value: Any, condition: Condition) -> bool:
    if condition.is_null is not None and (value is None) != condition.is_null:
        return False
    tests: tuple[tuple[Any, Callable[[Any, Any], bool]], ...] = (
        (condition.equals, lambda value, _: _is_one_of(value, condition.equal)),
        (condition.in_, lambda value, _: _is_one_of(value, condition.among)),
        (condition.starts_with, lambda value, wanted: str(value).startswith(wanted)),
        (condition.ends_with, lambda value, wanted: str(value).endswith(wanted)),
        (condition.contains, lambda value, wanted: wanted in str(value)),
        (condition.overlaps, lambda value, _: _overlaps(value, condition.overlapping)),
        (condition.before, _is_before),
        (condition.after, lambda value, wanted: _is_before(wanted, value)),
    )
    return all(
        wanted is None or isinstance(wanted, Removed) or (value is not None and test(value, wanted))
        for wanted, test in tests
    )


def _is_one_of(value: Any, wanted: frozenset[object]) -> bool:
    if isinstance(value, list | tuple | dict):
        # Only the database reads the text of an array, or of JSON.
        return any(isinstance(each, str) and each.startswith(("{", "[")) for each in wanted)
    return not wanted.isdisjoint(forms_of_value(value))


def _overlaps(value: Any, wanted: frozenset[str]) -> bool:
    if isinstance(value, str):
        return True  # which the database reads as an array
    return isinstance(value, list | tuple) and any(
        _overlaps(each, wanted) if isinstance(each, list | tuple) else element_text(each) in wanted for each in value
    )


def _is_before(one: Any, other: Any) -> bool:
    earlier, later = as_moment(one), as_moment(other)
    return earlier is not None and later is not None and earlier < later
