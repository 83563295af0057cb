"""How many rows there are at least, and how many different values they need."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from seedengine.diagnostics import InvalidSpec
from seedengine.spec.generators import Constant
from seedengine.spec.load import Loaded
from seedengine.spec.scope import Scope
from seedengine.spec.sizes import fewest_rows, rows_of_column

LoadText = Callable[[str], Loaded]


def test_rows_that_fill_a_column_alike_are_counted_together(load_text: LoadText) -> None:
    loaded = load_text("""
entities:
  a: {table: t, count: 2, let: {n: 1}, fields: {x: {faker: pyint, args: {min_value: 1, max_value: 9}}}}
  b: {table: t, count: 3, fields: {x: {faker: pyint, args: {max_value: 9, min_value: 1}}, y: a}}
  c: {table: t, count: 4, fields: {x: {faker: pyint, args: {min_value: 1, max_value: 8}}, y: b}}
  d: {table: null, count: 5, fields: {x: {faker: pyint, args: {min_value: 1, max_value: 9}}, y: a}}
  e: {table: u, count: 6, fields: {y: a}}
""")
    scope = Scope(loaded.spec)
    assert [rows_of_column(scope, entity, "x") for entity in "abcd"] == [5, 5, 4, 5]
    assert [rows_of_column(scope, entity, "y") for entity in "bcde"] == [3, 4, 5, 6]
    assert rows_of_column(scope, "a", "n") == 9


def test_crosses_of_crosses_are_counted_to_a_bound(load_text: LoadText) -> None:
    names = [[f"{letter}{number}" for number in range(5)] for letter in "abcdefghij"]
    lines = [f"  {name}: {{count: 1000000, fields: {{}}, table: null}}\n" for name in names[0]]
    for above, own in pairwise(names):
        lines += [f"  {name}: {{cross: [{', '.join(above)}], share: 50%, table: null}}\n" for name in own]
    lines.append("  all: {cross: [j0, j1], share: 50%, fields: {x: {int: 1..9, unique: true}}}\n")
    with pytest.raises(InvalidSpec) as raised:
        load_text("entities:\n" + "".join(lines))
    assert "9 different values cannot be unique in 500000000000000000 rows" in {
        each.message for each in raised.value.diagnostics
    }


def test_the_fewest_rows_of_an_entity_are_those_of_its_source(load_text: LoadText) -> None:
    scope = Scope(
        load_text("""
entities:
  a: {count: 4, fields: {id: {uuid: {}}}}
  b: {per: {a: 2..5}, fields: {id: {uuid: {}}}}
  c: {sample: b, share: 25%, fields: {id: {uuid: {}}}}
""").spec
    )
    assert [fewest_rows(scope, entity) for entity in "abc"] == [4, 8, 2]


def test_every_profile_that_is_too_large_is_named(load_text: LoadText) -> None:
    with pytest.raises(InvalidSpec) as raised:
        load_text("""
profiles:
  tiny: {scale: 0.1}
  huge: {scale: 1000000}
  plain: {}
  counted: {counts: {a: 900000000000, b: 200000000000}}
  small: {counts: {a: 5}}
  half: {counts: {a: 900000000000}}
  other: {counts: {b: 900000000000}}
entities:
  a: {count: 1000000, fields: {id: {uuid: {}}}}
  b: {count: 1000000, fields: {id: {uuid: {}}}}
""")
    assert [each.message for each in raised.value.diagnostics] == [
        "the profile `huge` would make 1,000,000,000,000 rows of `a` or more",
        "the profile `counted` would make 900,000,000,000 rows of `a` or more",
    ]


def test_a_copy_of_an_entity_has_the_values_of_its_own(load_text: LoadText) -> None:
    entity = load_text("entities:\n  a: {count: 1, let: {l: 1}, fields: {x: 1}}\n").spec.entities["a"]
    assert [*entity.values] == ["l", "x"]
    assert [*entity.model_copy(update={"fields": {"y": Constant(2)}}).values] == ["l", "y"]
    assert entity == entity.model_copy()
