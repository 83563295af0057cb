"""Every command on its good way: what it prints, where, and what it leaves."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
import yaml
from command_line import Call
from jsonschema import Draft202012Validator


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


def test_apply_makes_a_file_named_after_the_spec(call: Call, shop: Path, folder: Path) -> None:
    outcome = call("apply", shop)
    assert outcome.code == 0
    assert outcome.out.splitlines()[0].split()[:2] == ["target", "shop.db"]
    assert rows(folder / "shop.db", "SELECT count(*), count(DISTINCT email) FROM customer") == [(3, 3)]
    assert rows(folder / "shop.db", "SELECT count(*) FROM purchase JOIN customer c ON c.id = customer_id") == [(6,)]


def test_apply_sums_up_what_it_did(call: Call, shop: Path) -> None:
    first, second = call("apply", shop), call("apply", shop)
    assert ["customer", "0", "3"] in words(first.out)
    assert ["in", "all", "0", "9"] in words(first.out)
    assert ["purchase", "6", "6"] in words(second.out)
    assert ["in", "all", "9", "9"] in words(second.out)
    assert words(second.out)[-1][0] == "done"
    assert first.err == second.err == ""


def test_apply_prints_one_json_object(call: Call, shop: Path) -> None:
    outcome = call("apply", shop, "--format", "json")
    summary = json.loads(outcome.out)
    assert {each["table"]: (each["removed"], each["inserted"]) for each in summary["tables"]} == {
        "customer": (0, 3),
        "purchase": (0, 6),
    }
    assert summary["target"] == "shop.db"
    assert outcome.err == ""


def test_plan_needs_no_database(call: Call, shop: Path, folder: Path) -> None:
    outcome = call("plan", shop)
    assert outcome.code == 0
    assert "customer" in outcome.out
    assert ["2", "purchase", "6", "of", "purchase"] in words(outcome.out)
    assert [path.name for path in folder.iterdir()] == ["shop.yaml"]


def test_plan_makes_no_file(call: Call, shop: Path, folder: Path) -> None:
    assert call("plan", shop, "--database-url", "sqlite:///none.db").code == 0
    assert [path.name for path in folder.iterdir()] == ["shop.yaml"]


def test_plan_counts_what_would_go_and_changes_nothing(call: Call, shop: Path, folder: Path) -> None:
    call("apply", shop)
    before = (folder / "shop.db").read_bytes()
    plan = json.loads(call("plan", shop, "--database-url", "sqlite:///shop.db", "--format", "json").out)
    assert [(step["table"], step["rows"]) for step in plan["clean"]] == [("purchase", 6), ("customer", 3)]
    assert [(step["table"], step["rows"]) for step in plan["insert"]] == [("customer", 3), ("purchase", 6)]
    text = call("plan", shop, "--database-url", "sqlite:///shop.db").out
    assert text.index("remove") < text.index("insert")
    assert ["9", "in", "all"] in words(text)
    assert (folder / "shop.db").read_bytes() == before


def test_clean_only_removes(call: Call, shop: Path, folder: Path) -> None:
    call("apply", shop)
    outcome = call("clean", shop)
    assert outcome.code == 0
    assert ["purchase", "6"] in words(outcome.out)
    assert "inserted" not in outcome.out
    assert rows(folder / "shop.db", "SELECT (SELECT count(*) FROM customer) + (SELECT count(*) FROM purchase)") == [
        (0,)
    ]


def test_validate_names_every_good_spec(call: Call, shop: Path, folder: Path) -> None:
    (folder / "second.yaml").write_text(shop.read_text())
    outcome = call("validate", shop, "second.yaml")
    assert (outcome.code, outcome.out, outcome.err) == (0, "shop.yaml is valid\nsecond.yaml is valid\n", "")


def test_validate_reports_every_wrong_spec(call: Call, shop: Path, folder: Path) -> None:
    (folder / "one.yaml").write_text(shop.read_text().replace("ref: customer", "ref: custmer"))
    (folder / "two.yaml").write_text(shop.read_text().replace("int: 1..9", "int: 9..1") + "\ncolour: red\n")
    outcome = call("validate", "one.yaml", "two.yaml", "absent.yaml", shop)
    assert outcome.code == 2
    assert outcome.out == "shop.yaml is valid\n"
    assert "did you mean `customer`?" in outcome.err
    assert "error: 1 fault in one.yaml" in outcome.err
    assert "error: 2 faults in two.yaml" in outcome.err
    assert "absent.yaml" in outcome.err


def test_validate_as_json(call: Call, shop: Path, folder: Path) -> None:
    (folder / "wrong.yaml").write_text(shop.read_text().replace("ref: customer", "ref: custmer"))
    outcome = call("validate", shop, "wrong.yaml", "--format", "json")
    report = json.loads(outcome.out)
    assert (outcome.code, outcome.err, report["valid"]) == (2, "", False)
    good, wrong = report["specs"]
    assert (good["path"], good["valid"], good["diagnostics"]) == ("shop.yaml", True, [])
    assert wrong["error"] == "1 fault in wrong.yaml"
    assert wrong["diagnostics"][0]["location"]["line"] == 17


def test_validate_holds_a_spec_against_a_database(call: Call, shop: Path, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "real.db")) as connection:
        connection.execute("CREATE TABLE customer (id TEXT PRIMARY KEY, email TEXT)")
        connection.execute("CREATE TABLE purchase (id TEXT PRIMARY KEY, customer_id TEXT REFERENCES customer)")
    outcome = call("validate", shop, "--database-url", "sqlite:///real.db")
    assert outcome.code == 2
    assert "amount" in outcome.err
    assert outcome.out.split()[:2] == ["target", "real.db"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "sql"])
def test_generate_writes_a_file_for_each_table(call: Call, shop: Path, folder: Path, kind: str) -> None:
    outcome = call("generate", shop, "--output", "out", "--format", kind)
    assert outcome.code == 0
    assert "removed" not in outcome.out
    assert ["purchase", "6"] in words(outcome.out)
    files = {path.stem: path for path in (folder / "out").iterdir() if path.suffix == f".{kind}"}
    if kind == "sql":
        assert "INSERT" in "".join(path.read_text() for path in files.values())
        return
    readers: dict[str, Callable[[Path], pl.DataFrame]]
    readers = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}
    read = readers[kind]
    assert read(files["customer"]).height == 3
    assert read(files["purchase"])["customer_id"].to_list() == [
        each for each in read(files["customer"])["id"] for _ in range(2)
    ]


def test_generate_sums_up_as_json(call: Call, shop: Path) -> None:
    outcome = call("generate", shop, "--output", "out", "--summary", "json")
    assert [each["inserted"] for each in json.loads(outcome.out)["tables"]] == [3, 6]


def test_schema_is_one_that_accepts_a_spec(call: Call, shop: Path) -> None:
    outcome = call("schema")
    schema = json.loads(outcome.out)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(
        yaml.safe_load(shop.read_text().replace("2026-01-01T00:00:00Z", "'2026-01-01'"))
    )
