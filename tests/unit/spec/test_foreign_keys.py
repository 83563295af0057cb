"""Foreign keys and NOT NULL, as refs and modifiers tell them."""

from collections.abc import Callable

import pytest

from seedengine.catalog import ForeignKey
from seedengine.spec.foreign_keys import foreign_keys
from seedengine.spec.load import Loaded
from seedengine.spec.nullability import may_be_missing
from seedengine.spec.scope import Scope

LoadText = Callable[[str], Loaded]


def _keys(loaded: Loaded, table: str) -> set[ForeignKey]:
    return set(foreign_keys(Scope(loaded.spec))[table])


def test_a_ref_and_a_path_to_one_are_foreign_keys(load_text: LoadText) -> None:
    loaded = load_text("""
entities:
  user: {count: 1, fields: {id: {uuid: {}}}}
  order: {per: {user: 1}, fields: {id: {uuid: {}}, user_id: {ref: user}}}
  review: {sample: order, share: 50%, key: order_id, fields: {order_id: {ref: order}, by: {expr: order.user_id}}}
""")
    assert _keys(loaded, "order") == {ForeignKey(("user_id",), "user", ("id",))}
    assert _keys(loaded, "review") == {
        ForeignKey(("order_id",), "order", ("id",)),
        ForeignKey(("by",), "user", ("id",)),
    }


def test_two_refs_to_one_row_are_one_composite_key(load_text: LoadText) -> None:
    loaded = load_text("""
entities:
  course: {count: 2, key: code, fields: {code: {template: "C{row}"}}}
  section: {per: {course: 2}, key: [course_code, no], fields: {course_code: {ref: course.code}, no: {expr: nth}}}
  booking: {count: 3, fields: {id: {uuid: {}}, code: {ref: section.course_code}, no: {ref: section.no}}}
""")
    assert _keys(loaded, "booking") == {ForeignKey(("code", "no"), "section", ("course_code", "no"))}


def test_what_leads_to_no_single_table_is_no_foreign_key(load_text: LoadText) -> None:
    loaded = load_text("""
entities:
  city: {table: null, rows: [{name: Aden}]}
  post: {count: 1, fields: {id: {uuid: {}}}}
  photo: {count: 1, fields: {id: {uuid: {}}}}
  on_post: {table: remark, per: {post: 1}, fields: {id: {uuid: {}}, target_id: {ref: post}, city: {ref: city.name}}}
  on_photo: {extends: on_post, per: {photo: 1}, fields: {target_id: {ref: photo}}}
""")
    assert _keys(loaded, "remark") == set()


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        ("{int: 1..9}", False),
        ("{int: 1..9, nulls: 10%}", True),
        ("{int: 1..9, when: flag}", True),
        ("{int: 1..9, when: flag, else: 0}", False),
        ("null", True),
        ("{choice: [1, null]}", True),
        ("{expr: code + 1}", False),
        ("{expr: rare + 1}", True),
        ('{expr: "nullif(code, 1)"}', True),
        ("{ref: other}", False),
        ("{ref: other, nulls: 5%}", True),
        ("{match: code, cases: {1: 2}}", True),
        ("{match: code, cases: {1: 2}, else: 3}", False),
        ("{aggregate: {count: child}}", False),
        ("{aggregate: {sum: child.id}}", True),
        ("{aggregate: {sum: child.id}, empty: 0}", False),
        ('{template: "{rare}"}', False),
    ],
)
def test_what_may_be_null(load_text: LoadText, value: str, missing: bool) -> None:
    loaded = load_text(f"""
entities:
  other: {{count: 2, fields: {{id: {{uuid: {{}}}}}}}}
  thing:
    count: 2
    fields:
      id: {{uuid: {{}}}}
      flag: {{bool: 50%}}
      code: {{int: 1..3}}
      rare: {{int: 1..3, nulls: 50%}}
      value: {value}
  child: {{per: {{thing: 1}}, fields: {{id: {{sequence: 1}}, thing_id: {{ref: thing}}}}}}
""")
    assert may_be_missing(Scope(loaded.spec), "thing", "value") is missing
