"""The digest of an entity: one for the same rows, however they are made, and another for others."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from seedengine.checking import load_spec
from seedengine.generation import entity as making
from seedengine.pinning import pin, verify_lock
from seedengine.spec.profiles import LoadOptions
from tool import ROOT

EVERYTHING = ROOT / "tests" / "property" / "everything.yaml"
PIN = """
import sys
from pathlib import Path
from seedengine import load
from seedengine.pinning import pin
pin(load(Path(sys.argv[1])))
"""


def _digests(folder: Path, text: str) -> dict[str, str]:
    path = folder / "some.yaml"
    path.write_text(text, encoding="utf-8")
    pin(load_spec(path))
    entry = json.loads((folder / "seedengine.lock").read_text())["specs"]["some.yaml"]["as written"]
    return {name: rows["digest"] for name, rows in entry["entities"].items()}


def _spec(*values: str) -> str:
    rows = ", ".join(f"{{a: {value}}}" for value in values)
    return f"seedspec: 1\nname: some\nentities:\n  some: {{rows: [{rows}]}}\n"


def test_batches_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("towns.csv", "towns.py", "everything.yaml"):
        (tmp_path / name).write_bytes((EVERYTHING.parent / name).read_bytes())
    loaded = load_spec(tmp_path / "everything.yaml", LoadOptions(allow_python=True))
    pin(loaded)
    for rows in (1, 7, 1000):
        monkeypatch.setattr(making, "BATCH_ROWS", rows)
        assert verify_lock(loaded).drifts == ()


def test_processes_do_not_matter(tmp_path: Path) -> None:
    spec = tmp_path / "some.yaml"
    spec.write_text(
        "seedspec: 1\nname: some\nentities:\n  some: {count: 500, fields: {a: {faker: name}, b: {choice: [x, y]}, "
        "c: {object: {d: {float: 0.0..1.0}}}}}\n"
    )
    contents = set()
    for seed, threads in (("0", "1"), ("1", "3")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "POLARS_MAX_THREADS": threads, "TZ": "Asia/Tokyo"}
        subprocess.run([sys.executable, "-c", PIN, spec], check=True, env=environment, timeout=60)
        contents.add((tmp_path / "seedengine.lock").read_bytes())
    assert len(contents) == 1


def test_null_the_empty_text_and_texts_of_marks_are_different(tmp_path: Path) -> None:
    values = ("null", '""', '"-"', '"="', '","', '"\\n"', '"\\"\\n\\"="', '"a"')
    digests = [_digests(tmp_path, _spec(value, '"x"'))["some"] for value in values]
    assert len(set(digests)) == len(values)


def test_the_order_of_rows_and_the_names_of_fields_count(tmp_path: Path) -> None:
    texts = (_spec("1", "2"), _spec("2", "1"), _spec("1", "2").replace("{a:", "{b:"), _spec("1", "2", "2"))
    assert len({_digests(tmp_path, text)["some"] for text in texts}) == len(texts)


def test_entities_that_are_never_written_are_not_pinned(tmp_path: Path) -> None:
    text = _spec("1") + "  pool: {table: null, count: 3, fields: {b: {int: 1..9}}}\n"
    assert list(_digests(tmp_path, text)) == ["some"]


def test_a_field_that_is_always_null_has_a_digest(tmp_path: Path) -> None:
    assert len(_digests(tmp_path, _spec("null"))["some"]) == 32
