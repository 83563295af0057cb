"""Cleanup: filters that are narrow, and that match what the spec itself makes."""

from seedengine.spec.checks.findings import Findings
from seedengine.spec.cleanup import NARROWEST_CONTAINS, Condition, Removed, RowFilter, TableFilter
from seedengine.spec.comparing import forms_of_value
from seedengine.spec.generators import Choice, Constant, Cycle, FileColumn, Int, Sequence, TemplateText, Value
from seedengine.spec.ranges import read_datetime
from seedengine.spec.walk import Place

MOST_CONDITIONS = 100_000
"""Of one filter, each counted once for every entity of its table."""


def check_cleanup(findings: Findings) -> None:
    """Find filters that catch too much, and rows that would pile up with every run."""
    for table, entry in findings.spec.cleanup.items():
        place = ("cleanup", table)
        if isinstance(entry, TableFilter):
            _filter(findings, table, place, entry)
        elif table not in findings.scope.tables:
            help = findings.did_you_mean(table, findings.scope.tables)
            findings.error("S217", f"no entity fills the table `{table}`: nothing of it is generated", place, help)
    reached = _reached(findings)
    for table, entities in findings.scope.tables.items():
        own = findings.spec.cleanup.get(table)
        if isinstance(own, TableFilter) and own.conditions * len(entities) > MOST_CONDITIONS:
            message = f"the filter of `{table}` has more than {MOST_CONDITIONS:,} conditions for its entities together"
            help = "compare with many values in one condition: `{in: [x, y]}`"
            findings.error("S006", message, ("cleanup", table), help, key=True)
            continue
        for entity in entities:
            if isinstance(own, TableFilter) and not own.is_empty() and not _hangs(findings, table, reached):
                _piles_up(findings, entity, table, own)
            elif table not in reached and _plain_number(findings, entity) and not _has_parent(findings, table):
                help = f"add `{table}: …` to `cleanup`, or give it keys such as `{{uuid: {{}}}}`"
                message = f"no cleanup entry reaches `{entity}`, whose keys are plain numbers"
                findings.warn("W301", message, ("entities", entity), help)


def _filter(findings: Findings, table: str, place: Place, entry: TableFilter) -> None:
    if entry.is_empty() and entry.follows is None:
        findings.error("S214", f"the filter of `{table}` says nothing: it would match every row", place, _NARROW)
    elif not entry.is_empty() and not entry.is_positive():
        findings.error(
            "S214",
            f"the filter of `{table}` only narrows: a branch of it has no positive match",
            place,
            _NARROW,
            key=True,
        )
    for part in entry.parts():
        for column, condition in part.columns.items():
            _condition(findings, (*place, column), condition)


_NARROW = (
    "name what is yours: `equals`, `in`, `starts_with`, `ends_with`, "
    f"`contains` with at least {NARROWEST_CONTAINS} characters, or `{{removed: Table.column}}`"
)


def _condition(findings: Findings, place: Place, condition: Condition) -> None:
    if not condition.model_fields_set:
        findings.error("S214", "a condition without a comparison", place, _NARROW)
    for key in ("before", "after"):
        text = getattr(condition, key)
        try:
            if text is not None:
                read_datetime(text)
        except ValueError as error:
            findings.error("S130", f"`{text}` is not {error}", (*place, key), "write a date or a time in UTC")


def _reached(findings: Findings) -> set[str]:
    """The tables that a cleanup entry reaches: by itself, or because they hang on one by foreign key."""
    keys = findings.foreign_keys
    reached = {table for table, entry in findings.spec.cleanup.items() if entry == "generated" or not entry.is_empty()}
    referring: dict[str, list[str]] = {}
    for table, own in keys.items():
        for key in own:
            referring.setdefault(key.target, []).append(table)
    todo = [*reached]
    while todo:
        more = set(referring.get(todo.pop(), ())) - reached
        reached |= more
        todo += more
    return reached


def _hangs(findings: Findings, table: str, reached: set[str]) -> bool:
    return any(key.target in reached and key.target != table for key in findings.foreign_keys[table])


def _has_parent(findings: Findings, table: str) -> bool:
    return any(key.target != table for key in findings.foreign_keys[table])


def _plain_number(findings: Findings, entity: str) -> bool:
    fields = findings.spec.entities[entity].fields
    key = findings.scope.key(entity)
    return bool(key) and all(_is_number(fields.get(column)) for column in key)


def _is_number(value: Value | None) -> bool:
    if isinstance(value, Cycle):
        return all(_is_number(each) for each in value.values)
    if isinstance(value, FileColumn):
        return value.table.has_numbers(value.column)
    return isinstance(value, Sequence | Int) or (isinstance(value, Constant) and isinstance(value.root, int))


def _piles_up(findings: Findings, entity: str, table: str, entry: TableFilter) -> None:
    if _matches(findings, entity, entry) is False:
        column = next(iter(entry.columns), table)
        message = (
            f"the cleanup filter of `{table}` does not match the rows of `{entity}`: they would pile up with every run"
        )
        findings.error(
            "S213",
            message,
            ("entities", entity),
            f"let `{column}` fit the filter, or widen the filter",
            key=True,
        )


def _matches(findings: Findings, entity: str, part: RowFilter) -> bool | None:
    """Whether every row matches (True), none does (False), or the text does not show it (None)."""
    fields = findings.spec.entities[entity].fields
    found = [_fits(fields[column], condition) for column, condition in part.columns.items() if column in fields]
    found += [None for column in part.columns if column not in fields]
    found += [_matches(findings, entity, each) for each in part.all]
    if part.any:
        branches = [_matches(findings, entity, each) for each in part.any]
        found.append(True if True in branches else False if set(branches) == {False} else None)
    if part.not_ is not None:
        inner = _matches(findings, entity, part.not_)
        found.append(None if inner is None else not inner)
    return False if False in found else None if None in found else True


def _fits(value: Value, condition: Condition) -> bool | None:
    if isinstance(value, Choice | Cycle):
        each = {_fits(one, condition) for one in value.values}
        return each.pop() if len(each) == 1 else None
    if isinstance(value, Constant):
        head = tail = value.root
        whole = True
    elif isinstance(value, TemplateText) and value.parts:
        head = value.parts[0] if isinstance(value.parts[0], str) else ""
        tail = value.parts[-1] if isinstance(value.parts[-1], str) else ""
        whole = False
    else:
        return None
    tests = [_compare(head, tail, whole, name, _wanted(condition, name)) for name in _TEXT_TESTS]
    if any(each is not None for each in (condition.overlaps, condition.before, condition.after)):
        tests.append(None)  # only the rows show it
    return False if False in tests else None if None in tests else True


_TEXT_TESTS = ("equals", "in_", "starts_with", "ends_with", "contains", "is_null")


def _wanted(condition: Condition, test: str) -> object:
    if test == "equals" and condition.equals is not None and not isinstance(condition.equals, Removed):
        return condition.equal
    wanted: object = getattr(condition, test)
    return condition.among if isinstance(wanted, tuple) else wanted


def _compare(head: object, tail: object, whole: bool, test: str, wanted: object) -> bool | None:
    """One test of a value that begins with `head` and ends with `tail`, and is just that when `whole`."""
    if wanted is None:
        return True
    if test == "is_null":
        return (head is None) == wanted if whole else not wanted
    if test in ("equals", "in_"):
        if not whole or not isinstance(wanted, frozenset):
            return None
        return head is not None and not wanted.isdisjoint(forms_of_value(head))
    text = str(wanted)
    if test == "contains":
        return text in str(head) if whole else None
    known, found = (
        (str(head), str(head).startswith(text)) if test == "starts_with" else (str(tail), str(tail).endswith(text))
    )
    return found if whole or len(known) >= len(text) else None
