"""What follows from values being a pure function of seed, entity, field and row."""

from collections.abc import Callable
from pathlib import Path
from shutil import copy

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from seedengine.checking import load_spec
from seedengine.generation.entity import make_rows, open_world
from seedengine.generation.registry import GENERATORS
from seedengine.generation.world import World
from seedengine.spec.generators import Array, Constant
from seedengine.spec.profiles import LoadOptions
from seedengine.spec.walk import walk

FOLDER = Path(__file__).parent
TEXT = (FOLDER / "everything.yaml").read_text()
ENTITIES = ("maker", "item", "mark", "some", "place", "town")


@pytest.fixture(scope="module")
def world_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., World]:
    """The world of the spec of all kinds, with parts of its text replaced."""

    def make(*changes: tuple[str, str]) -> World:
        text = TEXT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path_factory.mktemp("spec") / "everything.yaml"
        path.write_text(text)
        for beside in ("towns.csv", "towns.py"):
            copy(FOLDER / beside, path.parent)
        return open_world(load_spec(path, LoadOptions(allow_python=True)).spec)

    return make


@pytest.fixture(scope="module")
def world(world_of: Callable[..., World]) -> World:
    return world_of()


@pytest.fixture(scope="module")
def whole(world: World) -> dict[str, pl.DataFrame]:
    return {entity: make_rows(world, entity, 0, world.count(entity)) for entity in ENTITIES}


def test_the_spec_has_every_kind_of_value(world: World) -> None:
    found = {type(node) for entity in world.spec.entities.values() for _, node in walk(entity)}
    assert set(GENERATORS) <= found | {Constant, Array}


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_slice_can_be_made_alone(world: World, whole: dict[str, pl.DataFrame], data: st.DataObject) -> None:
    entity = data.draw(st.sampled_from(ENTITIES))
    rows = len(whole[entity])
    start = data.draw(st.integers(0, rows))
    stop = data.draw(st.integers(start, rows))
    assert_frame_equal(make_rows(world, entity, start, stop), whole[entity][start:stop])


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_rows_can_be_asked_in_any_order_and_twice(
    world: World, whole: dict[str, pl.DataFrame], data: st.DataObject
) -> None:
    rows = len(whole["item"])
    index = np.array(data.draw(st.lists(st.integers(0, rows - 1), min_size=1, max_size=40)), dtype=np.int64)
    asked = world.rows(("item",), index)
    frame = pl.DataFrame([asked.column(name) for name in whole["item"].columns])
    assert_frame_equal(frame, whole["item"][index])


def test_one_more_field_changes_no_other(world_of: Callable[..., World], whole: dict[str, pl.DataFrame]) -> None:
    more = world_of(("      name: {faker: name}\n", "      added: {int: 1..9}\n      name: {faker: name}\n"))
    for entity in ENTITIES:
        assert_frame_equal(make_rows(more, entity, 0, len(whole[entity])).select(whole[entity].columns), whole[entity])


def test_the_order_of_fields_and_entities_changes_nothing(
    world_of: Callable[..., World], whole: dict[str, pl.DataFrame]
) -> None:
    moved = "  shelf: {count: 8, fields: {id: {sequence: 1}}}\n"
    other = world_of(
        (moved, ""),
        ("entities:\n", f"entities:\n{moved}"),
        ("      flag: {bool: 30%}\n", ""),
        ("      secret: {bcrypt: password123}\n", "      secret: {bcrypt: password123}\n      flag: {bool: 30%}\n"),
    )
    for entity in ENTITIES:
        found = make_rows(other, entity, 0, len(whole[entity])).select(whole[entity].columns)
        assert_frame_equal(found, whole[entity])


def test_a_higher_count_only_adds_rows_at_the_end(
    world_of: Callable[..., World], whole: dict[str, pl.DataFrame]
) -> None:
    more = world_of(("    count: 120\n", "    count: 130\n"))
    drawn = ["liked"]  # marks draw their targets from all makers
    assert_frame_equal(make_rows(more, "maker", 0, 120).drop(drawn), whole["maker"].drop(drawn))
    kept = ["id", "maker_id", "kind", "amount", "wanted"]
    assert_frame_equal(make_rows(more, "item", 0, len(whole["item"])).select(kept), whole["item"].select(kept))


def test_another_seed_changes_everything_drawn(world_of: Callable[..., World], whole: dict[str, pl.DataFrame]) -> None:
    other = make_rows(world_of(("seed: 7", "seed: 8")), "maker", 0, 120)
    same = [name for name in other.columns if other[name].equals(whole["maker"][name])]
    assert same == ["constant", "turn", "number"]


class TestIntegrity:
    """Looks at the rows alone, with nothing of the generator."""

    def test_ranges(self, whole: dict[str, pl.DataFrame]) -> None:
        maker = whole["maker"]
        assert maker["code"].is_between(1, 500).all()
        assert maker["code"].n_unique() == 120
        assert maker["price"].is_between(5, 90).all()
        assert maker["tags"].list.len().is_between(0, 4).all()
        assert 0 < maker["real"].null_count() < 60
        assert (maker["late"].is_not_null() == maker["flag"]).all()
        assert (maker.filter(pl.col("flag"))["late"] >= maker.filter(pl.col("flag"))["moment"]).all()

    def test_children_agree_with_their_parents(self, whole: dict[str, pl.DataFrame]) -> None:
        maker, item = whole["maker"], whole["item"]
        sums = item.group_by("maker_id").agg(pl.col("amount").sum().alias("added_up"), pl.col("kind").unique().sort())
        both = maker.join(sums, left_on="id", right_on="maker_id", how="left")
        assert (both["total"] == both["added_up"].fill_null(0)).all()
        assert both.filter(pl.col("added_up").is_not_null())["kinds"].to_list() == both["kind"].drop_nulls().to_list()

    def test_draws(self, whole: dict[str, pl.DataFrame]) -> None:
        maker, item = whole["maker"], whole["item"]
        assert (item["peer_id"] != item["maker_id"]).all()
        assert item.select("maker_id", "peer_id").is_duplicated().sum() == 0
        peers = item.join(maker, left_on="peer_id", right_on="id")
        assert (peers["peer_code"] == peers["code"]).all()
        twins = item.join(maker, left_on="twin_id", right_on="id")
        assert len(twins) == len(item)
        assert (twins["wanted"] == twins["level"]).all()
        assert item["twin_id"].value_counts()["count"].max() > 10  # skewed, where 4 would be even

    def test_samples(self, whole: dict[str, pl.DataFrame]) -> None:
        item, mark = whole["item"], whole["mark"]
        assert mark["item_id"].n_unique() == len(mark)
        marked = mark.join(item, left_on="item_id", right_on="id")
        assert len(marked) == len(mark)
        assert "z" not in marked["kind"].to_list()
        assert marked["maker_id"].value_counts()["count"].max() <= 2
        assert len(whole["some"]) == round(len(item) * 0.4)
        assert len(whole["place"]) == 8 * 120 // 4
        likes = mark["target_id"].drop_nulls().value_counts()
        assert whole["maker"]["liked"].sum() == likes["count"].sum()
