"""No function is called once for each row: more rows in as many batches take as many calls."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORKLOAD = HERE.parent / "benchmarks" / "workload.yaml"
SCALES = (1, 2.5)
"""Every table is one batch at both."""

MORE_USERS = 1_500
"""So many rows come with the larger scale in the smallest of the tables."""


def growth(url: str) -> list[tuple[str, int]]:
    command = [sys.executable, str(HERE / "calls_by_rows.py"), url, str(WORKLOAD), *map(str, SCALES)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return [(name, count) for name, count in json.loads(done.stdout)]


def test_on_postgresql(postgres_url: str) -> None:
    found = growth(postgres_url)
    assert all(count < MORE_USERS / 2 for _, count in found), found


def test_on_sqlite(tmp_path: Path) -> None:
    found = growth(f"sqlite:///{tmp_path / 'workload.db'}")
    assert all(count < MORE_USERS / 2 for _, count in found), found
