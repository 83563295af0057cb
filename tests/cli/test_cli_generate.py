"""`generate`: the same rows in any number of parts and by any number of workers, and nothing half written."""

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from command_line import Call
from polars.testing import assert_frame_equal

MANIFEST = "seedengine.manifest"

ROWS = 60_001
"""Of `purchase`, more than a piece of `--workers` has where the two entities of its table come together."""

LARGE = """\
seedspec: 1
name: large
seed: 7
as_of: 2026-01-01T00:00:00Z
entities:
  customer:
    count: 30001
    fields:
      id: {sequence: 1}
      name: {template: "O'Hara, {row}"}
  purchase:
    count: 25000
    fields:
      id: {sequence: 1}
      customer_id: {ref: customer}
      amount: {decimal: 1.00..9.00}
  gift:
    table: purchase
    count: 35001
    fields:
      id: {sequence: 25001}
      customer_id: {ref: customer}
      note: {choice: [a, "", null]}
  nothing:
    count: 0
    fields: {id: {sequence: 1}}
"""


@pytest.fixture
def large(folder: Path) -> Path:
    """`large.yaml`: one table of two entities, one of a single one, and one without rows."""
    (folder / "large.yaml").write_text(LARGE, encoding="utf-8")
    return Path("large.yaml")


def contents(directory: Path) -> dict[str, bytes]:
    """The files of a folder but for the manifest."""
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir()) if path.name != MANIFEST}


@pytest.mark.parametrize("kind", ["csv", "jsonl", "sql", "parquet"])
def test_workers_make_the_same_files(
    call: Call, large: Path, folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seedengine.exporting.pieces.BATCHES_A_PIECE", 1)
    for number in ("1", "2"):
        outcome = call("generate", large, "--output", number, "--format", kind, "--workers", number)
        assert outcome.code == 0, outcome.err
    one, two = contents(folder / "1"), contents(folder / "2")
    if kind == "parquet":
        for name in one:
            assert_frame_equal(pl.read_parquet(folder / "1" / name), pl.read_parquet(folder / "2" / name))
    assert one.keys() == two.keys() == {f"{table}.{kind}" for table in ("customer", "purchase", "nothing")}
    assert kind == "parquet" or one == two


READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "csv": partial(pl.read_csv, infer_schema=False),
    "jsonl": lambda path: pl.DataFrame({"line": path.read_text().splitlines()}),
    "parquet": pl.read_parquet,
}


@pytest.mark.parametrize("kind", READERS)
def test_parts_have_the_same_rows(call: Call, large: Path, folder: Path, kind: str) -> None:
    read = READERS[kind]
    assert call("generate", large, "--output", "whole", "--format", kind).code == 0
    for rows, workers in ((10_000, "2"), (100_000, "1")):
        output = folder / f"{rows}"
        sizes = ("--part-rows", str(rows), "--workers", workers)
        assert call("generate", large, "--output", output, "--format", kind, *sizes).code == 0
        files = sorted(output.glob(f"purchase-*.{kind}"))
        assert [file.name for file in files] == [f"purchase-{n:05}.{kind}" for n in range(1, -(-ROWS // rows) + 1)]
        parts = [read(file) for file in files]
        assert [part.height for part in parts[:-1]] == [rows] * (len(parts) - 1)
        assert_frame_equal(pl.concat(parts), read(folder / "whole" / f"purchase.{kind}"))
        assert (output / f"nothing-00001.{kind}").exists(), "a table without rows is a part too"


def test_every_part_of_csv_has_a_header(call: Call, large: Path, folder: Path) -> None:
    call("generate", large, "--output", "out", "--part-rows", "20000", "--compress", "gzip")
    files = sorted((folder / "out").glob("*.csv.gz"))
    assert len(files) == 2 + 4 + 1
    heads = {gzip.decompress(file.read_bytes()).splitlines()[0] for file in files}
    assert heads == {b"id,name", b"id,customer_id,amount,note", b"id"}


def test_a_second_run_makes_only_what_is_not_whole(call: Call, large: Path, folder: Path) -> None:
    out = folder / "out"
    arguments = ("generate", large, "--output", "out", "--part-rows", "20000")
    assert "were there" not in call(*arguments).err
    before, times = contents(out), {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    (out / "purchase-00002.csv").write_bytes(before["purchase-00002.csv"][:-1])
    (out / "purchase-00003.csv").unlink()
    again = call(*arguments)
    assert "5 of 7 files were there already" in again.err
    assert "note: purchase-00002.csv was changed since it was written and is made anew\n" in again.err
    assert contents(out) == before
    made = {path.name for path in out.iterdir() if path.stat().st_mtime_ns != times[path.name]}
    assert made >= {"purchase-00002.csv", "purchase-00003.csv"}
    assert made <= {"purchase-00002.csv", "purchase-00003.csv", MANIFEST}


def test_a_changed_spec_makes_all_files_anew_and_none_too_many(call: Call, large: Path, folder: Path) -> None:
    call("generate", large, "--output", "out", "--part-rows", "20000")
    large.write_text(LARGE.replace("count: 30001", "count: 19999"))
    outcome = call("generate", large, "--output", "out", "--part-rows", "20000")
    assert outcome.code == 0
    assert "were there" not in outcome.err
    assert "note:" not in outcome.err
    call("generate", large, "--output", "new", "--part-rows", "20000")
    assert contents(folder / "out") == contents(folder / "new")


def test_files_of_other_runs_are_named(call: Call, shop: Path, folder: Path) -> None:
    (folder / "out").mkdir()
    for number in range(1, 8):
        (folder / "out" / f"customer-0000{number}.csv").touch()
    said = call("generate", shop, "--output", "out").err
    named = ", ".join(f"customer-0000{number}.csv" for number in range(1, 6))
    assert f"note: 7 files of the same tables in the folder, not of this run: {named} and 2 more\n" in said


def test_another_scale_is_another_file(call: Call, shop: Path, folder: Path) -> None:
    call("generate", shop, "--output", "out", "--scale", "2")
    call("generate", shop, "--output", "out")
    assert pl.read_csv(folder / "out" / "customer.csv").height == 3


def test_a_file_of_somebody_else_is_not_replaced(call: Call, shop: Path, folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "customer.csv").write_text("mine")
    outcome = call("generate", shop, "--output", "out")
    assert outcome.code == 2
    assert "`out/customer.csv` is there already" in outcome.err
    assert contents(folder / "out") == {"customer.csv": b"mine"}


def test_parquet_cannot_be_compressed_again(call: Call, shop: Path, folder: Path) -> None:
    outcome = call("generate", shop, "--output", "out", "--format", "parquet", "--compress", "zstd")
    assert outcome.code == 2
    assert "leave out `--compress`" in outcome.err
    assert not (folder / "out").exists()


@pytest.mark.parametrize("option", ["--workers", "--part-rows"])
@pytest.mark.parametrize("number", ["0", "-1", "two"])
def test_numbers_that_are_none(call: Call, shop: Path, option: str, number: str) -> None:
    assert call("generate", shop, "--output", "out", option, number).code == 2


FAILING = LARGE.replace("amount: {decimal: 1.00..9.00}", 'amount: {expr: "10 / (id - 20000)"}')


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_value_that_cannot_be_made(call: Call, large: Path, folder: Path, kind: str, workers: str) -> None:
    large.write_text(FAILING)
    outcome = call("generate", large, "--output", "out", "--format", kind, "--workers", workers)
    assert outcome.code == 2
    assert "row 20000 of `purchase.amount`" in outcome.err
    assert "large.yaml:" in outcome.err
    assert not [name for name in os.listdir(folder / "out") if name.startswith((".", "purchase"))]


@pytest.mark.parametrize(("kind", "limit"), [("csv", 520_000), ("jsonl", 1_400_000), ("parquet", 140_000)])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_disk_that_takes_no_more(call: Call, large: Path, folder: Path, kind: str, limit: int, workers: str) -> None:
    arguments = ["generate", large, "--output", "out", "--format", kind, "--workers", workers]
    done = subprocess.run(
        [sys.executable, "-m", "seedengine", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("error:") == 1
    assert f".{kind}` cannot be written: File too large" in done.stderr
    assert "= help: make room" in done.stderr
    left = set(os.listdir(folder / "out")) - {MANIFEST}
    assert left < {f"customer.{kind}", f"purchase.{kind}", f"nothing.{kind}"}
    assert call(*arguments).code == 0
    call("generate", large, "--output", "whole", "--format", kind)
    assert contents(folder / "out").keys() == contents(folder / "whole").keys()
    assert kind == "parquet" or contents(folder / "out") == contents(folder / "whole")


def begin(folder: Path, *arguments: str) -> tuple["subprocess.Popen[str]", Path]:
    """A run of many rows, of which two parts are finished, and where they are."""
    (folder / "huge.yaml").write_text(LARGE.replace("25000", "9000000").replace("25001", "9000001"))
    out = folder / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "seedengine", "generate", "huge.yaml", "--output", "out", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while process.poll() is None and not (out / "customer-00002.csv").exists():
        time.sleep(0.05)
    assert process.poll() is None, process.communicate()[1]
    return process, out


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_leaves_whole_files_alone(folder: Path, workers: str) -> None:
    process, out = begin(folder, "--part-rows", "10000", "--workers", workers)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert said.splitlines()[-1].startswith("interrupted: no file is half written")
    assert "Traceback" not in said
    assert not [name for name in os.listdir(out) if name.startswith(".")]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the workers are found in /proc")
def test_a_worker_that_is_killed_is_one_message(folder: Path) -> None:
    process, out = begin(folder, "--part-rows", "10000", "--workers", "2")
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    _, said = process.communicate()
    assert process.returncode == 1
    assert said.count("\n") == 1
    assert said.startswith("error: a worker process was killed")
    assert not [name for name in os.listdir(out) if name.startswith(".")]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the workers are found in /proc")
def test_workers_end_with_the_process_that_is_killed(folder: Path) -> None:
    process, _ = begin(folder, "--part-rows", "10000", "--workers", "2")
    workers = workers_of(process.pid)
    assert len(workers) == 2
    process.kill()
    process.communicate()
    for _ in range(100):
        if not any(is_worker(each) for each in workers):
            return
        time.sleep(0.1)
    pytest.fail("a worker is still there after ten seconds")


CALLING = """\
seedspec: 1
name: calling
entities:
  user: {count: 3, fields: {id: {uuid: {}}, code: {python: "functions_of_a_test:code"}}}
"""
CODE = """\
print("imported")
from helpers_of_a_test import code
"""


@pytest.fixture
def calling(folder: Path) -> Iterator[Path]:
    """`calling.yaml`, a function that it calls, and the module beside it that the function is from."""
    (folder / "calling.yaml").write_text(CALLING)
    (folder / "functions_of_a_test.py").write_text(CODE)
    (folder / "helpers_of_a_test.py").write_text("def code(bits): print('called'); return ['a'] * len(bits)\n")
    yield Path("calling.yaml")
    for name in ("functions_of_a_test", "helpers_of_a_test"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_a_function_prints_is_no_part_of_the_result(execute: Call, calling: Path, workers: str) -> None:
    arguments = ("--allow-python", "--output", "out", "--summary", "json", "--workers", workers)
    outcome = execute("generate", calling, *arguments)
    assert json.loads(outcome.out)["tables"][0]["table"] == "user"
    assert set(outcome.err.split()) == {"imported", "called"}


def test_a_changed_helper_of_a_function_makes_the_files_anew(execute: Call, calling: Path, folder: Path) -> None:
    arguments = ("generate", calling, "--allow-python", "--output", "out")
    execute(*arguments)
    assert "1 of 1 files were there already" in execute(*arguments).err
    (folder / "helpers_of_a_test.py").write_text("def code(bits): return ['other'] * len(bits)\n")
    assert "were there already" not in execute(*arguments).err
    assert pl.read_csv(folder / "out" / "user.csv")["code"].to_list() == ["other"] * 3


@pytest.mark.parametrize(
    ("arguments", "promise"),
    [
        (["generate", "--output", "out"], "no file is half written; the same call goes on from there"),
        (["generate", "--output", "out", "--format", "parquet"], "no file is half written; the same call goes on"),
        (["generate", "--output", "out", "--workers", "2"], "no file is half written; the same call goes on"),
        (["apply", "--database-url", "sqlite:///x.db"], "nothing was changed"),
    ],
)
def test_a_function_that_never_ends_is_ended(folder: Path, calling: Path, arguments: list[str], promise: str) -> None:
    (folder / "helpers_of_a_test.py").write_text("def code(bits):\n  open('called', 'w')\n  while True: pass\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "seedengine", arguments[0], str(calling), "--allow-python", *arguments[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while process.poll() is None and not (folder / "called").exists():
        time.sleep(0.05)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert f"interrupted: {promise}" in said
    assert "Traceback" not in said


def workers_of(process: int) -> list[int]:
    """The worker processes that a process has started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [each for each in map(int, children) if is_worker(each)]


def is_worker(process: int) -> bool:
    """Whether there is such a process, and it is a worker."""
    try:
        return b"spawn_main" in Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
