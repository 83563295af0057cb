"""Memory does not grow with the rows; what is worked out part by part is what the whole gives."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from weakref import ref

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal, assert_series_equal

from seedengine.checking import load_spec
from seedengine.generation.entity import batches, make_rows, open_world

MANY = """
seedspec: 1
name: many
seed: 7
entities:
  shop:
    count: {shops}
    fields:
      id: {{sequence: 1}}
      size: {{int: 1..9}}
      total: {{aggregate: {{sum: item.price}}}}
      mean: {{aggregate: {{avg: visit.rate}}, via: shop_id}}
      visits: {{aggregate: {{count: visit}}, via: shop_id, where: price > 3}}
      best: {{aggregate: {{max: visit.price}}, via: shop_id}}
      first: {{aggregate: {{first: visit.price}}, via: shop_id, order_by: visit.rate desc}}
      prices: {{aggregate: {{list: visit.price}}, via: shop_id, distinct: true, order_by: visit.price}}
  item:
    per: {{shop: {items}}}
    fields:
      id: {{sequence: 1}}
      shop_id: {{ref: shop}}
      price: {{decimal: 1.00..9.99}}
      number: {{int: 1..1000000, unique: [shop_id]}}
  visit:
    count: {visits}
    fields:
      id: {{sequence: 1}}
      shop_id: {{ref: shop, distribution: {{zipf: {{s: 1.1}}}}}}
      large_id: {{ref: shop, as: large, where: "size > 3"}}
      alike_id: {{ref: shop, as: alike, where: "size = this.price", nulls: 10%}}
      once_id: {{ref: item, unique: true}}
      price: {{int: 1..9}}
      rate: {{float: 0.1..9.9}}
      turn: {{int: 1..{visits}, unique: [price]}}
  half: {{sample: visit, share: 50%, fields: {{id: {{sequence: 1}}, visit_id: {{ref: visit}}}}}}
  dealt:
    sample: visit
    where: "price > 2"
    per: {{shop: 0..3}}
    fields: {{id: {{sequence: 1}}, visit_id: {{ref: visit}}, place: {{expr: nth}}}}
  kind: {{count: 5, fields: {{id: {{sequence: 1}}}}}}
  pair:
    cross: [shop, kind]
    where: "shop.size > kind.id"
    key: [shop_id, kind_id]
    fields: {{shop_id: {{ref: shop}}, kind_id: {{ref: kind}}}}
"""

MEASURE = """
import sys
from pathlib import Path
from seedengine.checking import load_spec
from seedengine.generation.entity import batches, open_world
world = open_world(load_spec(Path(sys.argv[1])).spec)
for entity in world.spec.entities:
    for batch in batches(world, entity):
        pass
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def spec_of(folder: Path, shops: int, items: str, visits: int) -> Path:
    path = folder / f"{shops}-{visits}.yaml"
    path.write_text(MANY.format(shops=shops, items=items, visits=visits))
    return path


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """Few shops, each with more children than are looked at together."""
    spec = load_spec(spec_of(tmp_path_factory.mktemp("few"), 2, "80000", 150_000)).spec
    world = open_world(spec)
    return {entity: pl.concat(batches(world, entity)) for entity in spec.entities}


def test_aggregates_of_many_children_are_those_of_all_of_them(few: dict[str, pl.DataFrame]) -> None:
    shop, visit = few["shop"], few["visit"]
    of_shop = visit.group_by("shop_id", maintain_order=True).agg(
        pl.col("rate").mean().alias("mean"),
        (pl.col("price") > 3).sum().cast(pl.Int64).alias("visits"),
        pl.col("price").max().alias("best"),
        pl.col("price").sort_by("rate", descending=True, maintain_order=True).first().alias("first"),
        pl.col("price").unique().sort().alias("prices"),
    )
    names = of_shop.columns[1:]
    assert_frame_equal(shop.select(names), of_shop.sort("shop_id").select(names))
    totals = few["item"].group_by("shop_id", maintain_order=True).agg(pl.col("price").sum())["price"]
    assert_series_equal(shop["total"], totals, check_names=False, check_dtypes=False)


def test_what_is_unique_stays_so_across_parts(few: dict[str, pl.DataFrame]) -> None:
    visit = few["visit"]
    assert visit["once_id"].is_unique().all()
    assert visit.select("price", "turn").is_unique().all()
    assert few["item"].select("shop_id", "number").is_unique().all()
    assert few["dealt"]["visit_id"].is_unique().all()


def test_rows_across_the_ends_of_blocks_can_be_made_alone(tmp_path: Path) -> None:
    world = open_world(load_spec(spec_of(tmp_path, 70_000, "2..4", 140_000)).spec)
    for entity in world.spec.entities:
        total = world.count(entity)
        whole = pl.concat(batches(world, entity))
        for start in (65_530, total - 5, total // 2):
            stop = min(start + 15, total)
            if 0 <= start < stop:
                assert_frame_equal(make_rows(world, entity, start, stop), whole[start:stop])


def test_rows_are_given_up_without_the_collector_of_cycles(tmp_path: Path) -> None:
    world = open_world(load_spec(spec_of(tmp_path, 10, "2..4", 20)).spec)
    gc.disable()
    try:
        rows = world.rows(("visit",), np.arange(20, dtype=np.int64))
        for name in world.entity("visit").fields:
            rows.column(name)
        alive = ref(rows)
        del rows
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to tell the peak of a process")
def test_ten_times_the_rows_take_hardly_more_memory(tmp_path: Path) -> None:
    def peak(scale: int) -> int:
        path = spec_of(tmp_path, 20_000 * scale, "2..4", 50_000 * scale)
        command = [sys.executable, "-c", MEASURE, str(path)]
        # One thread each, so that the peak does not depend on the machine.
        environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert peak(10) < 1.5 * peak(1)
