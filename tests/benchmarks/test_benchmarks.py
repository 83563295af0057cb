"""The benchmarks run, and measure all that is installed; how long anything takes is no matter here."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.command import SMALL
from benchmarks.comparisons import Comparison, Form, Line, comparisons, lines
from benchmarks.process import Cost, Failed, measure

HERE = Path(__file__).resolve().parent
PEERS = {"Mimesis + COPY": ["mimesis"], "Snowfakery": ["snowfakery", "psycopg2"]}


def benchmarks(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HERE, *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_measure_has_a_figure(tmp_path: Path) -> None:
    done = benchmarks("--small", "--output", "runs.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    table = [cells(line) for line in done.stdout.splitlines() if line.startswith("|")][2:]
    expected = comparisons(SMALL)
    assert [row[0] for row in table] == [comparison.title for comparison in expected]
    for row, comparison in zip(table, expected, strict=True):
        missing = [package for package in PEERS.get(row[2], ()) if find_spec(package) is None]
        assert row[1].endswith((" s", " MB"))
        if missing:
            assert row[3:5] == [f"{' and '.join(missing)} not installed", ""]
        elif comparison.theirs is not None:
            assert row[3].endswith((" s", " MB"))
            assert float(row[4]) > 0

    kept = json.loads((tmp_path / "runs.json").read_text(encoding="utf-8"))
    assert {comparison.ours for comparison in expected} <= set(kept["runs"])
    assert all(len(runs) == 1 and runs[0]["peak_bytes"] > 1_000_000 for runs in kept["runs"].values())
    assert [file.name for file in tmp_path.iterdir()] == ["runs.json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["speed"], "`speed` is none of copy, peers"),
        (["--rows", "100", "1500"], "must be a multiple of 15"),
        (["--rounds", "0"], "must be 1 or more"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = benchmarks(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(Failed, match="ValueError: no such thing"):
        measure([sys.executable, "-c", "raise ValueError('no such thing')"])


def test_the_cost_of_a_process_is_its_own() -> None:
    cost = measure([sys.executable, "-c", "import time; kept = bytearray(200_000_000); time.sleep(0.2)"])
    assert cost.seconds >= 0.2
    assert cost.peak_bytes >= 200_000_000


@pytest.mark.parametrize(
    ("form", "bound", "figure", "holds"),
    [
        (Form.TIMES_AS_LONG, 1.1, 0.5, True),
        (Form.TIMES_AS_LONG, 0.4, 0.5, False),
        (Form.TIMES_AS_FAST, 2, 2, True),
        (Form.TIMES_AS_FAST, 4, 2, False),
        (Form.TIMES_AS_MUCH, 1.2, 0.5, True),
    ],
)
def test_medians_make_the_ratio(form: Form, bound: float, figure: float, holds: bool) -> None:
    comparison = Comparison("copy", "", form, "ours", "theirs", bound=bound)
    costs = {name: [Cost(n, int(n * 1e6)) for n in seconds] for name, seconds in
             {"ours": (1.0, 9.0, 2.0), "theirs": (4.0, 4.0, 1.0)}.items()}  # fmt: skip
    (line,) = lines([comparison], costs)
    assert line == Line(comparison, 2.0, 4.0)
    assert line.figure == figure
    assert line.holds is holds


def test_a_bound_without_a_figure_is_neither_kept_nor_broken() -> None:
    (line,) = lines([Comparison("copy", "", Form.TIMES_AS_LONG, "ours", "theirs", bound=1)], {"ours": [Cost(1, 1)]})
    assert line.figure is None
    assert line.holds is None
