"""`specs/herafi.yaml` gives the same rows wherever and whenever it runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from contents import Contents, alike, read_postgres, read_sqlite, without
from herafi import REAL, SPEC, new_herafi, variant

from tool import COMMAND, succeed

AHEAD = Path(__file__).parent / "a_year_ahead"
SEEDED = ("Gig", "Order", "Review", "User")


def apply_to_file(folder: Path, spec: Path = SPEC, env: dict[str, str] | None = None) -> Contents:
    """What a new SQLite file holds after a run."""
    file = folder / "herafi.db"
    succeed("apply", spec, "--database-url", f"sqlite:///{file}", cwd=folder, env=env)
    return read_sqlite(file)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """What every other run is compared with."""
    return apply_to_file(tmp_path_factory.mktemp("first"))


def test_every_user_gig_order_and_review_is_in_the_file(rows: Contents) -> None:
    assert tuple(rows) == SEEDED
    assert len(rows["User"]) == 19
    assert sum(bool(row["isProvider"]) for row in rows["User"]) == 15
    assert 15 <= len(rows["Gig"]) <= 45
    assert 3 * len(rows["Gig"]) <= len(rows["Order"]) <= 6 * len(rows["Gig"])
    assert 45 <= len(rows["Review"]) <= 120


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati"}, id="hash seed 0, UTC+14"),
        pytest.param({"PYTHONHASHSEED": "1", "TZ": "America/St_Johns"}, id="hash seed 1, UTC-3:30"),
        pytest.param(
            {"PYTHONPATH": str(AHEAD), "PYTHONHASHSEED": "2", "POLARS_MAX_THREADS": "1"},
            id="a year ahead, one core",
        ),
    ],
)
def test_the_same_rows_in_any_environment(rows: Contents, tmp_path: Path, environment: dict[str, str]) -> None:
    assert apply_to_file(tmp_path, env=environment) == rows


def test_the_clock_of_that_process_really_is_a_year_ahead() -> None:
    import subprocess
    import time

    script = "import time, datetime; print(time.time(), datetime.datetime.now(datetime.UTC).timestamp())"
    python = COMMAND.with_name("python")
    done = subprocess.run(
        [python, "-c", script], env={"PYTHONPATH": str(AHEAD)}, capture_output=True, text=True, check=True
    )
    for clock in done.stdout.split():
        assert float(clock) == pytest.approx(time.time() + 365 * 24 * 3600, abs=60)


def test_the_same_rows_in_postgresql(rows: Contents, new_database: Callable[..., str]) -> None:
    url = new_herafi(new_database)
    succeed("apply", SPEC, "--database-url", url)
    of_sqlite, of_postgres = alike(rows, read_postgres(url, SEEDED, f"NOT {REAL}"))
    assert of_sqlite == of_postgres


def test_a_second_run_changes_nothing(tmp_path: Path, rows: Contents) -> None:
    assert apply_to_file(tmp_path) == apply_to_file(tmp_path) == rows


def test_one_more_field_changes_no_other_value(rows: Contents, tmp_path: Path) -> None:
    spec = variant(tmp_path, ("      id: {cuid: {}}\n", "      id: {cuid: {}}\n      nickname: {faker: first_name}\n"))
    found = apply_to_file(tmp_path, spec)
    assert all(row["nickname"] for row in found["User"])
    assert without(found, ["nickname"]) == rows


def test_a_sixteenth_provider_leaves_the_others_as_they_were(rows: Contents, tmp_path: Path) -> None:
    found = apply_to_file(tmp_path, variant(tmp_path, ("count: 15\n", "count: 16\n")))
    assert len(found["User"]) == 20
    for table in SEEDED:
        assert [row for row in rows[table] if row not in found[table]] == []


def test_another_seed_makes_other_rows(rows: Contents, tmp_path: Path) -> None:
    found = apply_to_file(tmp_path, variant(tmp_path, ("seed: 42 ", "seed: 43 ")))
    assert not {row["id"] for row in found["User"]} & {row["id"] for row in rows["User"]}
