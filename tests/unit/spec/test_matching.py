"""Every condition of a cleanup filter against every kind of field: a diagnostic, or a filter that fits, and no more."""

from itertools import product
from pathlib import Path

import pytest

from seedengine.checking import load_spec
from seedengine.diagnostics import Diagnostic, InvalidSpec
from seedengine.spec.cleanup import TableFilter
from seedengine.spec.matching import row_matches

SPEC = """\
seedspec: 1
name: kinds
as_of: 2026-01-01
cleanup: {{ev: {{name: {{starts_with: "seedling "}}, {filter}}}}}
entities: {{ev: {{count: 3, fields: {{id: {{uuid: {{}}}}, name: {{template: "seedling {{row}}"}}, at: {field}}}}}}}
"""

FIELDS = {
    "constant integer": "1924992000",
    "integer": "{int: 1924992000..1924993000}",
    "float": "{float: 1..2}",
    "decimal": "{decimal: 1.00..2.00}",
    "constant boolean": "true",
    "boolean": "{bool: 50%}",
    "null": "null",
    "text": "paid",
    "empty text": '""',
    "day first": '"1/2/2026"',
    "text of a moment": '"2026-02-01T08:00:00+01:00"',
    "date": "{date: 2025-01-01..2025-02-01}",
    "datetime": "{datetime: 2025-01-01..2025-02-01}",
    "time": "{time: 08:00..09:00}",
    "interval": "{expr: \"interval '1 day'\"}",
    "uuid": "{uuid: {}}",
    "bytes": "{expr: \"cast('a' as bytea)\"}",
    "array": "[1, 2]",
    "array of arrays": "[[1], [2]]",
    "array of texts": "[paid, null]",
    "empty list": "{list: {faker: word}, count: 0}",
    "object": "{object: {a: 1}}",
    "list of objects": "{list: {object: {a: 1}}, count: 2}",
    "mixed": "{choice: [2026-01-01, null]}",
    "some nulls": "{int: 1..9, nulls: 50%}",
}

LITERALS = ("paid", "2026-01-01", '"1/2/2026"', "5", "-1.5", "true", '""', "[]", "{}", '"{1,2}"', "nan", "1e400")
CONDITIONS = (
    *(f"{{{test}: {literal}}}" for test in ("equals", "starts_with", "contains", "before") for literal in LITERALS),
    *(f"{{{test}: [{literal}]}}" for test in ("in", "overlaps") for literal in LITERALS),
    *(f"{{{test}: 2020-01-01}}" for test in ("ends_with", "after", "is_null", "in", "overlaps")),
    "{is_null: true}",
    "{is_null: false}",
    "{in: []}",
    "{overlaps: []}",
    "{equals: {removed: ev.id}}",
    "{in: {removed: ev.id}}",
    "{overlaps: {removed: ev.id}}",
    "{after: 2020-01-01, before: 2030-01-01}",
    "{}",
    "[]",
    "5",
)
FORMS = ("at: {}", "any: [at: {}]", "all: [at: {}]", "not: {{at: {}}}")


def faults(path: Path) -> tuple[Diagnostic, ...]:
    """What is wrong with a spec, which nothing but diagnostics may say."""
    try:
        load_spec(path)
    except InvalidSpec as invalid:
        return invalid.diagnostics
    return ()


@pytest.mark.parametrize("field", FIELDS)
def test_every_condition(field: str, tmp_path: Path) -> None:
    path = tmp_path / "kinds.yaml"
    for condition, form in product(CONDITIONS, FORMS[:1] if field not in ("date", "array", "integer") else FORMS):
        path.write_text(SPEC.format(filter=form.format(condition), field=FIELDS[field]), encoding="utf-8")
        for fault in faults(path):
            assert fault.location, condition
            assert not any(word in fault.message for word in ("literal[", "TableFilter", "union[")), condition


@pytest.mark.parametrize("field", ["constant integer", "integer", "day first", "array", "object", "time", "boolean"])
@pytest.mark.parametrize("form", ["at: {}", "not: {{at: {}}}"])
def test_what_is_no_moment_lies_neither_before_nor_after_one(field: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / "kinds.yaml"
    path.write_text(SPEC.format(filter=form.format("{after: 2020-01-01}"), field=FIELDS[field]), encoding="utf-8")
    with pytest.raises(InvalidSpec) as caught:
        load_spec(path)
    (found,) = caught.value.diagnostics
    assert found.code == "S213"
    assert found.location is not None
    assert found.location.line == 5
    assert found.help == (
        "`before` and `after` compare moments: let `at` be a date or a time such as `2025-01-31T08:00:00Z`"
    )


@pytest.mark.parametrize(
    ("field", "condition", "fits"),
    [
        ("date", "{in: [2025-01-01, 2024-01-01]}", False),
        ("date", "{after: 2024-12-31}", True),
        ("text of a moment", "{equals: 2026-02-01T08:00:00+01:00}", True),
        ("constant integer", '{equals: "1924992000"}', True),
        ("constant integer", "{equals: 1924992000.0}", True),
        ("constant boolean", '{equals: "TRUE"}', True),
        ("constant boolean", "{equals: 1}", True),
        ("constant boolean", "{equals: false}", False),
        ("boolean", "{in: [true, 0]}", True),
        ("array", "{overlaps: [2]}", True),
        ("array", '{overlaps: ["2"]}', True),
        ("array", "{overlaps: [3]}", False),
        ("array of arrays", "{overlaps: [2]}", True),
        ("array of texts", "{overlaps: [paid]}", True),
        ("integer", "{overlaps: [1]}", False),
        ("object", "{overlaps: [1]}", False),
        ("object", "{equals: 1}", False),
        ("null", "{equals: paid}", False),
        ("null", "{is_null: true}", True),
    ],
)
def test_a_text_is_read_in_the_type_of_the_column(field: str, condition: str, fits: bool, tmp_path: Path) -> None:
    path = tmp_path / "kinds.yaml"
    path.write_text(SPEC.format(filter=f"at: {condition}", field=FIELDS[field]), encoding="utf-8")
    if fits:
        load_spec(path)
        return
    with pytest.raises(InvalidSpec) as caught:
        load_spec(path)
    assert {each.code for each in caught.value.diagnostics} == {"S213"}


def test_a_column_that_a_row_lacks_is_taken_to_hold() -> None:
    entry = TableFilter.model_validate({"at": {"equals": 5}, "not": {"on": {"equals": 5}}})
    assert row_matches({}, entry)
    assert not row_matches({"at": 6}, entry)
    assert not row_matches({"at": 5, "on": 5}, entry)
