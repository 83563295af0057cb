"""A small document that stands for very much is refused early, with one diagnostic, and a real one is not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seedengine.checking import load_spec
from seedengine.diagnostics import InvalidSpec

HEAD = "seedspec: 1\nname: bounds\n"

Check = Callable[[str], list[str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """The faults of a document, as code and message."""

    def faults(text: str) -> list[str]:
        path = tmp_path / "bounds.yaml"
        path.write_text(HEAD + text, encoding="utf-8")
        try:
            load_spec(path)
        except InvalidSpec as invalid:
            found = [each for each in invalid.diagnostics if each.severity == "error"]
            return [f"{each.code} {each.message}" for each in found if each.location and each.help]
        return []

    return faults


def entity(name: str, fields: list[str]) -> str:
    return f"  {name}:\n    count: 1\n    fields: {{{', '.join(fields)}}}\n"


def constants(number: int) -> list[str]:
    return [f"f{each}: 1" for each in range(number)]


TAKEN_OVER = ["S006 the document has more than 100,000 values, with what `extends` takes over and empty cells"]


def test_what_entities_take_over_counts_as_if_it_were_written(check: Check) -> None:
    children = [f"  c{each}: {{extends: base}}\n" for each in range(1000)]
    assert check("entities:\n" + entity("base", constants(1000)) + "".join(children)) == TAKEN_OVER
    assert check("entities:\n" + entity("base", constants(1000)) + "".join(children[:40])) == []
    value = f"values: {{choice: [{', '.join(['1'] * 1000)}]}}"
    assert check("entities:\n" + entity("base", [value]) + "".join(children[:200])) == TAKEN_OVER


def test_what_an_entity_states_itself_is_not_taken_over(check: Check) -> None:
    rows = "".join(f"      - {{id: {each}}}\n" for each in range(1000))
    children = "".join(f"  c{each}: {{extends: base, count: 1, fields: {{id: 1}}}}\n" for each in range(100))
    assert check(f"entities:\n  base:\n    rows:\n{rows}{children}") == []


def test_empty_cells_count_as_what_is_in_them(check: Check) -> None:
    ragged = "".join(f"      - {{c{each}: 1}}\n" for each in range(3000))
    assert check(f"entities:\n  thing:\n    rows:\n{ragged}") == TAKEN_OVER
    whole = "".join(f"      - {{a: {each}, b: 2, c: 3}}\n" for each in range(3000))
    assert check(f"entities:\n  thing:\n    rows:\n{whole}") == []


def test_expressions(check: Check) -> None:
    many = [f"f{each}: {{expr: x + {each}}}" for each in range(10_001)]
    assert check("entities:\n" + entity("thing", ["x: 1", *many])) == [
        "S006 the document has more than 10,000 different expressions"
    ]
    long = [f"f{each}: {{expr: {' + '.join(['x'] * 90)} + {each}}}" for each in range(600)]
    assert check("entities:\n" + entity("thing", ["x: 1", *long])) == [
        "S006 the expressions of the document have more than 100,000 parts"
    ]
    same = [f"f{each}: {{expr: x + 1}}" for each in range(10_001)]
    assert check("entities:\n" + entity("thing", ["x: 1", *same])) == []


def test_names_of_many_entities(check: Check) -> None:
    drawn = "".join(entity(f"e{each}", ["id: 1", "x: 2"]) for each in range(500))
    union = f"  u:\n    sample: [{', '.join(f'e{each}' for each in range(500))}]\n    as: s\n    share: 50%\n"
    fields = "".join(f"      f{each}: {{expr: s.x + {each}}}\n" for each in range(500))
    assert check(f"entities:\n{drawn}{union}    fields:\n{fields}") == [
        "S006 expressions read more than 200,000 fields, one of each entity that a name may mean"
    ]


def test_conditions(check: Check) -> None:
    conditions = ", ".join(f"{{x: {{equals: a{each}}}}}" for each in range(1000))
    entities = "".join(f"  e{each}: {{table: t, count: 1, fields: {{x: a1}}}}\n" for each in range(101))
    assert check(f"cleanup: {{t: {{any: [{conditions}]}}}}\nentities:\n{entities}") == [
        "S006 the filter of `t` has more than 100,000 conditions for its entities together"
    ]


def test_columns_of_files(check: Check, tmp_path: Path) -> None:
    columns = [f"c{each}" for each in range(1000)]
    (tmp_path / "rows.csv").write_text(f"{','.join(columns)}\n{','.join('1' * 1000)}\n", encoding="utf-8")
    children = "".join(f"  c{each}: {{extends: base}}\n" for each in range(100))
    assert check(f"entities:\n  base: {{rows: rows.csv}}\n{children}") == [
        "S006 the files of `rows` have more than 20,000 columns, counted in every entity"
    ]


def test_a_large_real_spec_is_far_below(check: Check) -> None:
    common = "  base: {table: null, count: 10, fields: {id: {uuid: {}}, made: {date: 2025-01-01..2025-02-01}}}\n"
    own = [f"n{each}: {{int: 1..9}}" for each in range(31)]
    tables = "".join(
        f"  t{table}:\n    extends: base\n    table: t{table}\n    fields:\n"
        + "".join(f"      {field}\n" for field in own)
        + "".join(f"      e{each}: {{expr: n{each} + n{each + 1} * {table}}}\n" for each in range(7))
        for table in range(300)
    )
    assert check(f"entities:\n{common}{tables}") == []


def test_entities_of_one_table_take_turns_without_being_compared_in_pairs(check: Check) -> None:
    entities = "".join(
        f"  e{each}: {{table: t, count: 2, fields: {{id: {{int: 1..{100_000 + each % 3000}, unique: true}}}}}}\n"
        for each in range(4000)
    )
    assert check(f"entities:\n{entities}") == []
