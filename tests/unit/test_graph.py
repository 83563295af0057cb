"""The order of tables and of fields."""

from collections.abc import Callable

import pytest

from seedengine.catalog import Catalog, Column, ForeignKey, Table
from seedengine.diagnostics import InvalidSpec
from seedengine.graph import CircularTables, build_graph
from seedengine.spec.load import Loaded
from seedengine.spec.scope import Scope

LoadText = Callable[[str], Loaded]

STORE_AND_STAFF = """
entities:
  store: {count: 3, fields: {id: {uuid: {}}, manager: {aggregate: {first: staff.id}}}}
  staff: {per: {store: 2}, fields: {id: {uuid: {}}, store_id: {ref: store}}}
"""


def _table(name: str, key: ForeignKey, *, nullable: bool) -> Table:
    columns = (Column("id", "uuid", False), Column(key.columns[0], "uuid", nullable))
    return Table(name, columns, ("id",), (key,))


def _catalog(*, nullable: bool = False, deferrable: bool = False) -> Catalog:
    manager = ForeignKey(("manager",), "staff", ("id",), deferrable)
    store = ForeignKey(("store_id",), "store", ("id",))
    tables = [_table("store", manager, nullable=nullable), _table("staff", store, nullable=False)]
    return Catalog({table.name: table for table in tables})


def test_tables_come_after_what_they_refer_to(load_text: LoadText) -> None:
    loaded = load_text("""
entities:
  review: {per: {order: 1}, fields: {id: {uuid: {}}, order_id: {ref: order}, user_id: {expr: order.user_id}}}
  order: {count: 2, fields: {id: {uuid: {}}, user_id: {ref: user}}}
  user: {count: 2, fields: {id: {uuid: {}}}}
""")
    assert build_graph(Scope(loaded.spec), loaded.origins).tables == ("user", "order", "review")


def test_the_keys_of_the_database_count_too(load_text: LoadText) -> None:
    loaded = load_text("""
entities:
  a: {count: 1, fields: {id: {uuid: {}}, b_id: {cycle: [x]}}}
  b: {count: 1, fields: {id: {uuid: {}}}}
""")
    key = ForeignKey(("b_id",), "b", ("id",))
    catalog = Catalog({"a": _table("a", key, nullable=False), "b": Table("b", (Column("id", "uuid"),))})
    assert build_graph(Scope(loaded.spec), loaded.origins).tables == ("a", "b")
    assert build_graph(Scope(loaded.spec), loaded.origins, catalog).tables == ("b", "a")


def test_fields_come_after_what_they_need_across_entities(load_text: LoadText) -> None:
    loaded = load_text("""
entities:
  order: {count: 2, fields: {id: {uuid: {}}, total: {aggregate: {sum: item.price}}, label: {template: "{total}"}}}
  item: {per: {order: 2}, fields: {id: {uuid: {}}, order_id: {ref: order}, price: {expr: cost * 2}, cost: {int: 1..9}}}
""")
    fields = build_graph(Scope(loaded.spec), loaded.origins).fields
    order = [("item", "cost"), ("item", "price"), ("order", "total"), ("order", "label")]
    assert [field for field in fields if field in order] == order


@pytest.mark.parametrize(
    ("entities", "path"),
    [
        ("a: {count: 1, fields: {x: {expr: y + 1}, y: {expr: x + 1}}}", "`a.x` → `a.y` → `a.x`"),
        (
            "a: {count: 1, fields: {id: {uuid: {}}, n: {aggregate: {sum: b.m}}}}\n"
            "  b: {per: {a: 1}, fields: {id: {uuid: {}}, a_id: {ref: a}, m: {expr: a.n}}}",
            "`a.n` → `b.m` → `a.n`",
        ),
    ],
)
def test_a_field_that_needs_itself_is_shown_as_a_path(load_text: LoadText, entities: str, path: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        load_text(f"entities:\n  {entities}\n")
    (fault,) = [each for each in caught.value.diagnostics if each.code == "S207"]
    rotations = {path, " → ".join([*path.split(" → ")[1:], path.split(" → ")[1]])}
    assert fault.message.removeprefix("a value needs itself: ") in rotations


def test_a_circle_of_tables_is_broken_at_a_deferrable_key(load_text: LoadText) -> None:
    loaded = load_text(STORE_AND_STAFF)
    graph = build_graph(Scope(loaded.spec), loaded.origins, _catalog(deferrable=True))
    assert graph.tables == ("store", "staff")
    assert graph.later == {}


def test_else_at_a_nullable_one_which_is_set_later(load_text: LoadText) -> None:
    loaded = load_text(STORE_AND_STAFF)
    graph = build_graph(Scope(loaded.spec), loaded.origins, _catalog(nullable=True))
    assert graph.tables == ("store", "staff")
    assert graph.later == {"store": ("manager",)}


def test_and_is_shown_where_it_cannot_be_broken(load_text: LoadText) -> None:
    loaded = load_text(STORE_AND_STAFF)
    with pytest.raises(CircularTables) as caught:
        build_graph(Scope(loaded.spec), loaded.origins, _catalog())
    assert caught.value.path[0] == caught.value.path[-1]
    assert set(caught.value.path) == {"store", "staff"}
