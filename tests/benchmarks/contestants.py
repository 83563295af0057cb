"""What is measured: commands, each with the state that it starts from and a look at what it left."""

import importlib.util
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ground import (
    HERAFI,
    ROWS_OF_A_USER,
    ROWS_OF_SCALE_ONE,
    SCRIPTS,
    TABLES,
    WORKLOAD,
    Ground,
    scale,
    script,
    seedengine,
)
from benchmarks.ground import HERE as BENCHMARKS
from benchmarks.process import Failed, output

Command = list[str]


@dataclass(frozen=True)
class Sizes:
    """Rows of the workload in the two sizes that the issue names, ten times the larger, and of unique values."""

    small: int = 150_000
    large: int = 1_500_000
    unique: int = 10_000_000

    @property
    def huge(self) -> int:
        """So many rows that what grows with them is seen."""
        return 10 * self.large


@dataclass(frozen=True)
class Contestant:
    """A command of which whole processes are measured.

    `prepare` makes what it starts from, which is not measured, and gives the command. `check` raises Failed where the
    command did not do what it should. `needs` are packages that need not be installed.
    """

    name: str
    prepare: Callable[[], Command]
    check: Callable[[], None] = lambda: None
    needs: tuple[str, ...] = field(default=())

    @property
    def missing(self) -> list[str]:
        """The packages that are not installed."""
        return [package for package in self.needs if importlib.util.find_spec(package) is None]


def contestants(ground: Ground, sizes: Sizes) -> Mapping[str, Contestant]:
    """All of them by name, in the order in which a round runs them; those that are compared stand side by side."""
    everything = [
        copy(ground, sizes.small),
        apply(ground, sizes.small),
        apply(ground, sizes.small, "--keep-constraints"),
        *peers(ground, sizes.small),
        copy(ground, sizes.large),
        apply(ground, sizes.large),
        apply(ground, sizes.large, "--keep-constraints"),
        generate(ground, sizes.large, "parquet"),
        faker_parquet(ground, sizes.large),
        generate(ground, sizes.huge, "parquet"),
        generate(ground, sizes.large, "csv"),
        generate(ground, sizes.huge, "csv"),
        Contestant("apply herafi", lambda: [*seedengine("apply", HERAFI), "--database-url", ground.herafi()]),
        Contestant("validate", lambda: seedengine("validate", HERAFI)),
        Contestant("help", lambda: seedengine("--help")),
        *cleanups(ground, sizes.large),
        unique_values(ground, sizes.unique),
    ]
    return {contestant.name: contestant for contestant in everything}


def copy(ground: Ground, rows: int) -> Contestant:
    """The floor: psql loads the CSV files that `generate` wrote, in one transaction."""

    def prepare() -> Command:
        files = {table: str(ground.csv(rows) / f"{table}.csv").replace("'", "''") for table in TABLES}
        copies = [rf"--command=\copy {table} FROM '{file}' (FORMAT csv, HEADER match)" for table, file in files.items()]
        return [*ground.psql(ground.empty()), "--single-transaction", *copies]

    return Contestant(f"copy {rows}", prepare, lambda: _require(ground.count_run(), rows))


def apply(ground: Ground, rows: int, *options: str) -> Contestant:
    """`apply` to empty tables."""
    return Contestant(
        " ".join(("apply", str(rows), *options)),
        lambda: [*seedengine("apply", WORKLOAD), *scale(rows), *options, "--database-url", ground.empty()],
        lambda: _require(ground.count_run(), rows),
    )


def peers(ground: Ground, rows: int) -> list[Contestant]:
    """What one would otherwise load the tables with."""
    users = rows // ROWS_OF_A_USER

    def check() -> None:
        _require(ground.count_run(), rows)

    def snowfakery() -> Command:
        # Its SQL output gives every value as a text, which psycopg 3 would declare to be one.
        url = ground.empty().replace("postgresql://", "postgresql+psycopg2://", 1)
        program = Path(sysconfig.get_path("scripts")) / "snowfakery"
        return [
            str(program),
            f"--dburl={url}",
            "--option",
            "number",
            str(users),
            str(SCRIPTS / "snowfakery.recipe.yml"),
        ]

    return [
        Contestant(f"faker {rows}", lambda: script("faker_copy.py", ground.empty(), users), check),
        Contestant(f"mimesis {rows}", lambda: script("mimesis_copy.py", ground.empty(), users), check, ("mimesis",)),
        Contestant(f"snowfakery {rows}", snowfakery, check, ("snowfakery", "psycopg2")),
    ]


def generate(ground: Ground, rows: int, file_format: str) -> Contestant:
    """`generate` to a new folder."""
    return Contestant(
        f"generate {rows} {file_format}",
        lambda: _generate(ground, WORKLOAD, rows / ROWS_OF_SCALE_ONE, file_format),
        lambda: _require(_rows_of_files(ground), rows),
    )


def faker_parquet(ground: Ground, rows: int) -> Contestant:
    """The workload's columns from Faker, row by row, to Parquet."""
    return Contestant(
        f"faker parquet {rows}",
        lambda: script("faker_parquet.py", ground.output, rows // ROWS_OF_A_USER),
        lambda: _require(_rows_of_files(ground), rows),
    )


def cleanups(ground: Ground, rows: int) -> list[Contestant]:
    """`clean`, and its deletes by hand, both of what `apply` left."""

    def check() -> None:
        _require(ground.count_run(), 0)

    return [
        Contestant(
            f"clean {rows}",
            lambda: [*seedengine("clean", WORKLOAD), *scale(rows), "--database-url", ground.loaded(rows)],
            check,
        ),
        Contestant(
            f"deletes {rows}",
            lambda: [*ground.psql(ground.loaded(rows)), f"--file={SCRIPTS / 'clean.sql'}"],
            check,
        ),
    ]


def unique_values(ground: Ground, rows: int) -> Contestant:
    """Unique e-mail addresses and telephone numbers, to Parquet; that none is there twice is what is looked at."""
    spec = BENCHMARKS / "unique.yaml"
    return Contestant(
        f"unique {rows}",
        lambda: _generate(ground, spec, rows / 1000, "parquet"),
        lambda: _require(_rows_of_files(ground), rows),
    )


def _generate(ground: Ground, spec: Path, factor: float, file_format: str) -> Command:
    options = ["--scale", f"{factor:.3f}", "--format", file_format, "--output", str(ground.output)]
    return [*seedengine("generate", spec), *options]


def _rows_of_files(ground: Ground) -> int:
    """How many rows the files of the last run hold; raises Failed where a unique column has a value twice."""
    return int(output(script("count_rows.py", ground.output)))


def _require(found: int, expected: int) -> None:
    if found != expected:
        raise Failed(f"it left {found:,} rows instead of {expected:,}")
