"""Keys of several entities of one table that meet."""

from collections.abc import Callable
from itertools import product

import pytest

from seedengine.diagnostics import InvalidSpec
from seedengine.spec.load import Loaded

LoadText = Callable[[str], Loaded]


def _faults(load_text: LoadText, entities: list[str]) -> list[str]:
    lines = [f"  e{number}: {{table: t, {each}}}\n" for number, each in enumerate(entities)]
    try:
        load_text("entities:\n" + "".join(lines))
    except InvalidSpec as invalid:
        return [each.message for each in invalid.diagnostics if each.severity == "error"]
    return []


def _sequence(start: int, step: int, count: int) -> str:
    return f"count: {count}, fields: {{id: {{sequence: {start}, step: {step}}}}}"


@pytest.mark.parametrize(("step", "other"), [*product((1, 2, 3, 6, -4), (1, 4, -3))])
def test_the_first_number_that_two_sequences_share(load_text: LoadText, step: int, other: int) -> None:
    for start in range(-2, 4):
        one, two = range(start, start + 5 * step, step), range(7, 7 + 4 * other, other)
        steady = abs(step) == abs(other) == 1
        common = [number for number in (sorted(two) if steady else two) if number in one]
        expected = [f"`id` {common[0]} is in `e0` and in `e1`, both of table `t`"] if common else []
        assert _faults(load_text, [_sequence(start, step, 5), _sequence(7, other, 4)]) == expected


def test_the_first_entity_that_shares_one_is_named(load_text: LoadText) -> None:
    entities = [
        "rows: [{id: 1}, {id: a}]",
        _sequence(100, 1, 10),
        "rows: [{id: 50}, {id: 60}]",
        _sequence(55, 1, 3),
        "rows: [{id: b}, {id: a}]",
        _sequence(60, 1, 1),
        _sequence(90, 1, 20),
        "rows: [{id: 105}]",
    ]
    assert _faults(load_text, entities) == [
        "`id` a is in `e0` and in `e4`, both of table `t`",
        "`id` 60 is in `e2` and in `e5`, both of table `t`",
        "`id` 100 is in `e1` and in `e6`, both of table `t`",
        "`id` 105 is in `e1` and in `e7`, both of table `t`",
    ]


def test_sequences_of_any_length_and_step_are_compared(load_text: LoadText) -> None:
    assert not _faults(load_text, [_sequence(0, 2, 10**6), _sequence(1, 2, 10**6), _sequence(2 * 10**6, 4, 10**6)])
    found = _faults(load_text, [_sequence(0, 6, 10**6), _sequence(4, 4, 10**6)])
    assert found == ["`id` 12 is in `e0` and in `e1`, both of table `t`"]
