"""Which tables are cleaned, why, and in which order."""

from collections.abc import Callable
from dataclasses import replace

from seedengine.catalog import Column, ForeignKey, Table
from seedengine.graph import build_graph
from seedengine.planning import Cleaning, plan_cleaning
from seedengine.spec.load import Loaded
from seedengine.spec.scope import Scope

LoadText = Callable[[str], Loaded]

SHOP = """
cleanup:
  user: {email: {ends_with: "@seed.test"}}
  chat: {members: {overlaps: {removed: user.id}}}
  message: {follows: chat_id}
entities:
  user: {count: 2, fields: {id: {uuid: {}}, email: {template: "u{row}@seed.test"}}}
  order: {per: {user: 1}, fields: {id: {uuid: {}}, user_id: {ref: user}}}
  city: {count: 2, fields: {id: {sequence: 1}}}
"""


def _table(name: str, *targets: str) -> Table:
    keys = tuple(ForeignKey((f"{target}_id",), target, ("id",)) for target in targets)
    return Table(name, (Column("id", "text"), *(Column(f"{target}_id", "text") for target in targets)), ("id",), keys)


TABLES = [
    _table("user"),
    _table("order", "user"),
    _table("city"),
    _table("chat"),
    _table("message", "chat", "user"),
    _table("session", "user"),
    _table("country"),
]


def _plan(loaded: Loaded, *, made: str = "") -> list[Cleaning]:
    scope = Scope(loaded.spec)
    order = build_graph(scope, loaded.origins).tables
    return plan_cleaning(scope, order, {table.name: replace(table, made=table.name == made) for table in TABLES})


def test_how_each_table_is_cleaned(load_text: LoadText) -> None:
    how = {each.table: each.how for each in _plan(load_text(SHOP))}
    assert how == {
        "user": "filter",
        "chat": "filter",
        "order": "hangs",
        "message": "hangs",
        "session": "hangs",
        "city": "generated",
    }


def test_a_table_that_was_made_and_hangs_on_nothing_goes_whole(load_text: LoadText) -> None:
    how = {each.table: each.how for each in _plan(load_text(SHOP), made="city")}
    assert how["city"] == "everything"
    assert how["user"] == "filter"


def test_children_go_before_what_they_hang_on(load_text: LoadText) -> None:
    order = [each.table for each in _plan(load_text(SHOP))]
    for child, parent in (("order", "user"), ("session", "user"), ("message", "chat")):
        assert order.index(child) < order.index(parent)


def test_only_the_key_that_is_followed_makes_a_row_hang(load_text: LoadText) -> None:
    on = {each.table: each.on for each in _plan(load_text(SHOP))}
    assert on["message"] == ("chat",)


def test_a_table_whose_key_may_be_null_does_not_hang_by_it(load_text: LoadText) -> None:
    loaded = load_text(SHOP.replace("user_id: {ref: user}", "user_id: {ref: user, nulls: 20%}"))
    how = {each.table: each.how for each in _plan(loaded)}
    assert how["order"] == "generated"
