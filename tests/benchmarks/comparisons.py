"""The rows of the table: which costs are held against each other, and what the ratio must be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median

from benchmarks.contestants import Sizes
from benchmarks.process import Cost


class Form(Enum):
    """How a figure is made of the costs of ours and theirs, and which side of its bound is the good one."""

    TIMES_AS_LONG = "at most {} times as long"
    TIMES_AS_MUCH = "at most {} times as much"
    TIMES_AS_FAST = "at least {} times as fast"
    SECONDS = "under {} s"
    MEGABYTES = "under {} MB"


@dataclass(frozen=True)
class Comparison:
    """One line: `ours` and `theirs` name contestants; `theirs` is None where the bound is an absolute one."""

    measure: str
    title: str
    form: Form
    ours: str
    theirs: str | None = None
    theirs_title: str = ""
    bound: float | None = None

    @property
    def quantity(self) -> Callable[[Cost], float]:
        """Megabytes or seconds of a run."""
        if self.form in (Form.TIMES_AS_MUCH, Form.MEGABYTES):
            return lambda cost: cost.peak_bytes / 1e6
        return lambda cost: cost.seconds

    @property
    def unit(self) -> str:
        """That of `quantity`."""
        return "MB" if self.form in (Form.TIMES_AS_MUCH, Form.MEGABYTES) else "s"


@dataclass(frozen=True)
class Line:
    """A comparison with the medians that were measured; None is what was not."""

    comparison: Comparison
    ours: float | None
    theirs: float | None

    @property
    def figure(self) -> float | None:
        """What the bound is for: a ratio, or ours itself."""
        if self.comparison.theirs is None:
            return self.ours
        if self.ours is None or self.theirs is None:
            return None
        return self.theirs / self.ours if self.comparison.form is Form.TIMES_AS_FAST else self.ours / self.theirs

    @property
    def holds(self) -> bool | None:
        """Whether the figure keeps its bound; None where either is missing."""
        if self.figure is None or self.comparison.bound is None:
            return None
        if self.comparison.form is Form.TIMES_AS_FAST:
            return self.figure >= self.comparison.bound
        return self.figure <= self.comparison.bound


def lines(chosen: Sequence[Comparison], costs: Mapping[str, Sequence[Cost]]) -> list[Line]:
    """The comparisons with the medians of what their contestants cost."""

    def middle(comparison: Comparison, name: str | None) -> float | None:
        runs = costs.get(name, ()) if name else ()
        return median(map(comparison.quantity, runs)) if runs else None

    return [Line(one, middle(one, one.ours), middle(one, one.theirs)) for one in chosen]


def comparisons(sizes: Sizes) -> list[Comparison]:
    """The table of the issue, from top to bottom."""
    small, large, huge = sizes.small, sizes.large, sizes.huge
    keep, floor = "--keep-constraints", r"psql \copy"
    long, fast, much = Form.TIMES_AS_LONG, Form.TIMES_AS_FAST, Form.TIMES_AS_MUCH
    kept = f"apply {keep}"
    return [
        Comparison("copy", f"{kept}, {small:,} rows", long, f"apply {small} {keep}", f"copy {small}", floor, 1.5),
        Comparison("copy", f"{kept}, {large:,} rows", long, f"apply {large} {keep}", f"copy {large}", floor, 1.1),
        Comparison("copy", f"apply, {small:,} rows", long, f"apply {small}", f"copy {small}", floor),
        Comparison("copy", f"apply, {large:,} rows", long, f"apply {large}", f"copy {large}", floor, 0.5),
        Comparison(
            "peers", f"apply, {small:,} rows", fast, f"apply {small}", f"faker {small}", "Faker by hand + COPY", 4
        ),
        Comparison("peers", f"apply, {small:,} rows", fast, f"apply {small}", f"mimesis {small}", "Mimesis + COPY"),
        Comparison("peers", f"apply, {small:,} rows", fast, f"apply {small}", f"snowfakery {small}", "Snowfakery", 12),
        Comparison(
            "parquet", f"generate to Parquet, {large:,} rows", fast, f"generate {large} parquet",
            f"faker parquet {large}", "Faker row by row", 30,
        ),
        Comparison(
            "memory", f"generate to CSV, {huge:,} rows", much, f"generate {huge} csv", f"generate {large} csv",
            f"{large:,} rows", 1.2,
        ),
        Comparison(
            "memory", f"generate to Parquet, {huge:,} rows", much, f"generate {huge} parquet",
            f"generate {large} parquet", f"{large:,} rows", 1.2,
        ),
        Comparison("memory", f"apply, {large:,} rows", Form.MEGABYTES, f"apply {large}", bound=500),
        Comparison("memory", f"{kept}, {large:,} rows", Form.MEGABYTES, f"apply {large} {keep}", bound=500),
        Comparison("herafi", "apply herafi.yaml, 19 users", Form.SECONDS, "apply herafi", bound=1),
        Comparison("start", "validate herafi.yaml", Form.SECONDS, "validate", bound=0.35),
        Comparison("start", "--help", Form.SECONDS, "help", bound=0.15),
        Comparison(
            "clean", f"clean, {large:,} rows", long, f"clean {large}", f"deletes {large}", "deletes by hand", 1.3
        ),
        Comparison(
            "unique", f"{sizes.unique:,} unique e-mails, phones", Form.MEGABYTES, f"unique {sizes.unique}", bound=500
        ),
    ]  # fmt: skip


MEASURES = tuple(dict.fromkeys(comparison.measure for comparison in comparisons(Sizes())))
"""The names of the measures that may be chosen."""

LONG_MEASURES = ("unique",)
"""Those that run only when chosen, or with `--long`."""
