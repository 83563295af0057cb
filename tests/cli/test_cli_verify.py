"""`seedengine verify` as a person calls it: what it prints, its exit codes, and the lock beside a spec."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import Call

from tool import run

LOCK = Path("seedengine.lock")


def _change(statement: str) -> None:
    with closing(sqlite3.connect("shop.db")) as connection:
        connection.execute(statement)
        connection.commit()


def _locked() -> Any:
    return json.loads(LOCK.read_text(encoding="utf-8"))


def _rewrite(lock: Any) -> None:
    LOCK.write_text(json.dumps(lock), encoding="utf-8")


def test_after_apply_nothing_differs(call: Call, shop: Path) -> None:
    call("apply", shop)
    outcome = call("verify", shop)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[0] == "target  shop.db  (named after the spec)"
    assert outcome.out.splitlines()[-1] == "no difference; 9 rows compared"


def test_what_differs_is_listed(call: Call, shop: Path) -> None:
    call("apply", shop)
    _change("UPDATE purchase SET amount = 70 + rowid")
    _change("DELETE FROM purchase WHERE rowid = 1")
    _change("INSERT INTO customer VALUES ('stranger', 'x@shop-seed.test')")
    outcome = call("verify", shop)
    assert outcome.code == 4
    lines = outcome.out.splitlines()
    assert ["purchase", "purchase", "6", "1", "5"] in [line.split() for line in lines]
    assert ["customer", "1"] in [line.split() for line in lines]
    assert "purchase: missing" in lines
    assert "customer: extra" in lines
    assert "  id `stranger`" in lines
    assert sum(": amount is `7" in line and ", expected `" in line for line in lines) == 5
    assert lines[-1] == "7 rows differ; 9 rows compared"


def test_many_differences_are_counted_and_the_first_shown(call: Call, shop: Path) -> None:
    shop.write_text(shop.read_text().replace("count: 3", "count: 30"))
    call("apply", shop)
    _change("UPDATE customer SET email = 'x' || rowid")
    lines = call("verify", shop).out.splitlines()
    assert sum("email is `x" in line for line in lines) == 20
    assert "  and 10 more" in lines


def test_text_from_a_database_does_not_steer_the_terminal(call: Call, shop: Path) -> None:
    call("apply", shop)
    _change("UPDATE customer SET email = char(27) || '[31m' || rowid")
    outcome = call("verify", shop)
    assert "\x1b" not in outcome.out
    assert r"email is `\x1b[31m1`" in outcome.out


def test_json_has_it_all(call: Call, shop: Path) -> None:
    call("apply", shop)
    _change("UPDATE customer SET email = printf('%200s', 'x') || rowid")
    outcome = call("verify", shop, "--format", "json")
    found = json.loads(outcome.out)
    assert (outcome.code, found["spec"], found["target"], found["differs"]) == (4, "shop", "shop.db", True)
    assert len(found["entities"][0]["first"][0]["found"]) == 201


def test_a_size_is_compared_in_that_size(call: Call, shop: Path) -> None:
    call("apply", shop, "--scale", "2")
    assert call("verify", shop, "--scale", "2").code == 0
    smaller = call("verify", shop, "--format", "json")
    assert smaller.code == 4
    assert {each["table"]: each["rows"] for each in json.loads(smaller.out)["extra"]} == {"customer": 3, "purchase": 6}


@pytest.mark.parametrize("options", [("--lock", "--write-lock"), ("--lock", "--database-url", "sqlite:///x.db")])
def test_a_lock_and_a_database_exclude_each_other(call: Call, shop: Path, options: tuple[str, ...]) -> None:
    outcome = call("verify", shop, *options)
    assert outcome.code == 2
    assert "exclude each other" in outcome.err


def test_a_lock_holds_as_long_as_nothing_changes(call: Call, shop: Path) -> None:
    written = call("verify", shop, "--write-lock")
    assert (written.code, written.out) == (0, "wrote seedengine.lock: 9 rows of 2 entities\n")
    first = LOCK.read_bytes()
    held = call("verify", shop, "--lock")
    assert (held.code, held.out) == (0, "no drift from seedengine.lock: 9 rows of 2 entities\n")
    call("verify", shop, "--write-lock")
    assert LOCK.read_bytes() == first
    assert sorted(path.name for path in Path().iterdir()) == ["seedengine.lock", "shop.yaml"]


def test_the_order_of_fields_is_no_drift(call: Call, shop: Path) -> None:
    call("verify", shop, "--write-lock")
    id, amount = "      id: {uuid: {}}\n      customer_id: {ref: customer}\n", "      amount: {int: 1..9}\n"
    text = shop.read_text()
    assert id + amount in text
    shop.write_text(text.replace(id + amount, amount + id))
    assert call("verify", shop, "--lock").code == 0


def test_every_drift_is_named(call: Call, shop: Path) -> None:
    call("verify", shop, "--write-lock")
    lock = _locked()
    entry = lock["specs"]["shop.yaml"]["as written"]
    entry["versions"]["Faker"] = "1.0"
    entry["entities"]["customer"]["digest"] = "0" * 32
    entry["entities"]["purchase"]["rows"] = 7
    entry["entities"]["gone"] = {"rows": 1, "digest": "0" * 32}
    _rewrite(lock)
    outcome = call("verify", shop, "--lock", "--format", "json")
    drifts = {each["what"]: (each["locked"], each["now"]) for each in json.loads(outcome.out)["drifts"]}
    assert outcome.code == 4
    assert list(drifts) == ["Faker", "customer", "purchase", "gone"]
    assert drifts["Faker"][0] == "1.0"
    assert drifts["customer"][0] == f"digest {'0' * 32}"
    assert drifts["purchase"] == ("7 rows", "6 rows")
    assert drifts["gone"] == ("1 row", None)
    shown = call("verify", shop, "--lock")
    assert (shown.code, all(name in shown.out for name in drifts)) == (4, True)
    assert "4 drifts from seedengine.lock" in shown.out
    assert "--write-lock" in shown.out


def test_another_seed_and_another_count_are_drifts(call: Call, shop: Path) -> None:
    call("verify", shop, "--write-lock")
    text = shop.read_text()
    for old, new, drifting in (("seed: 7", "seed: 8", {"customer", "purchase"}), ("1..9", "2..9", {"purchase"})):
        shop.write_text(text.replace(old, new))
        found = json.loads(call("verify", shop, "--lock", "--format", "json").out)
        assert {each["what"] for each in found["drifts"]} == drifting


def test_entries_of_other_sizes_and_specs_stay(call: Call, shop: Path) -> None:
    Path("other.yaml").write_text(shop.read_text().replace("seed: 7", "seed: 8"))
    for options in ((shop,), (shop, "--scale", "2"), ("other.yaml",)):
        assert call("verify", *options, "--write-lock").code == 0
    for options in ((shop,), (shop, "--scale", "2"), ("other.yaml",)):
        assert call("verify", *options, "--lock").code == 0
    assert {name: list(sizes) for name, sizes in _locked()["specs"].items()} == {
        "other.yaml": ["as written"],
        "shop.yaml": ["as written", "scale 2"],
    }


def test_a_lock_that_is_missing_is_one_message(call: Call, shop: Path) -> None:
    outcome = call("verify", shop, "--lock")
    assert outcome.code == 2
    assert outcome.err.splitlines()[0] == "error: `seedengine.lock` does not exist"
    assert "--write-lock" in outcome.err
    assert call("verify", shop, "--scale", "2", "--write-lock").code == 0
    assert "has no entry of `shop.yaml` for the size `as written`, only `scale 2`" in call("verify", shop, "--lock").err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"format": 2, "specs": {}}',
        b'{"format": 1, "specs": {"shop.yaml": {"as written": {"versions": 1, "entities": {}}}}}',
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("option", ["--lock", "--write-lock"])
def test_a_damaged_lock_is_one_message_and_stays(call: Call, shop: Path, content: bytes, option: str) -> None:
    LOCK.write_bytes(content)
    outcome = call("verify", shop, option)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: `seedengine.lock` ")
    assert LOCK.read_bytes() == content


def test_a_folder_in_the_place_of_the_lock_is_one_message(call: Call, shop: Path) -> None:
    LOCK.mkdir()
    for option in ("--lock", "--write-lock"):
        outcome = call("verify", shop, option)
        assert outcome.code == 2
        assert outcome.err.startswith("error: `seedengine.lock` cannot be read")


def test_locks_that_are_written_at_once_all_stay(tmp_path: Path) -> None:
    names = [f"{number}.yaml" for number in range(6)]
    for name in names:
        (tmp_path / name).write_text("seedspec: 1\nname: s\nentities: {t: {count: 1, fields: {id: {uuid: {}}}}}\n")
    with ThreadPoolExecutor(len(names)) as pool:
        outcomes = list(pool.map(lambda name: run("verify", tmp_path / name, "--write-lock"), names))
    assert [outcome.code for outcome in outcomes] == [0] * len(names)
    assert sorted(json.loads((tmp_path / "seedengine.lock").read_text())["specs"]) == names
