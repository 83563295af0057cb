"""`generate` killed at the point where the manifest knows a file that has not got its name yet."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Call

SPEC = """\
seedspec: 1
name: towns
seed: {seed}
entities:
  town: {{count: {count}, fields: {{id: {{sequence: 1}}, size: {{int: 1..9}}}}}}
"""
KILLED = """
import os, signal, sys
from seedengine.cli import main

file = sys.argv.pop()

def kill(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith(file):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
main()
"""
CALL = ("generate", "towns.yaml", "--output", "out", "--part-rows", "4")


def write_spec(folder: Path, *, seed: int, count: int = 8) -> None:
    (folder / "towns.yaml").write_text(SPEC.format(seed=seed, count=count))


@pytest.fixture
def out(call: Call, folder: Path) -> Path:
    """The files of seed 1, after a run with seed 2 was killed as the second one was to get its name."""
    write_spec(folder, seed=1)
    assert call(*CALL).code == 0
    write_spec(folder, seed=2)
    killed = subprocess.run([sys.executable, "-c", KILLED, *CALL, "town-00002.csv"], capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert sorted(os.listdir(folder / "out")) == [
        ".town-00002.csv.seedengine-unfinished",
        "seedengine.manifest",
        "town-00001.csv",
        "town-00002.csv",
    ]
    return folder / "out"


def files(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.suffix == ".csv"}


def test_the_next_run_goes_on(call: Call, out: Path) -> None:
    again = call(*CALL)
    assert again.code == 0
    assert "1 of 2 files were there already, whole, and stay" in again.err
    assert "changed" not in again.err
    made = files(out)
    assert call(*CALL[:3], "anew", *CALL[4:]).code == 0
    assert made == files(out.parent / "anew")


def test_what_the_run_before_left_is_known_as_that(call: Call, out: Path) -> None:
    write_spec(out.parent, seed=1)
    again = call(*CALL)
    assert "1 of 2 files were there already, whole, and stay" in again.err
    assert "changed" not in again.err
    assert "2 of 2 files were there already, whole, and stay" in call(*CALL).err, (
        "and the manifest says so from then on"
    )


def test_a_file_that_is_no_part_any_more_goes(call: Call, out: Path) -> None:
    write_spec(out.parent, seed=2, count=4)
    again = call(*CALL)
    assert (again.code, list(files(out))) == (0, ["town-00001.csv"])
    assert "not of this run" not in again.err


def test_a_file_that_somebody_changed_is_still_named(call: Call, out: Path) -> None:
    (out / "town-00002.csv").write_text("by hand")
    assert "town-00002.csv was changed since it was written and is made anew" in call(*CALL).err


def test_another_spec_keeps_what_the_manifest_says_of_the_file(call: Call, out: Path) -> None:
    other = out.parent / "shops.yaml"
    other.write_text(SPEC.format(seed=1, count=1).replace("name: towns", "name: shops").replace("town:", "shop:"))
    assert call("generate", other, "--output", "out").code == 0
    assert "changed" not in call(*CALL).err
