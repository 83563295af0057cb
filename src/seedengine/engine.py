"""What seedengine does, as functions."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from seedengine.checking import load_spec
from seedengine.diagnostics import Diagnostic, InvalidCall
from seedengine.explaining import explaining
from seedengine.fingerprint import fingerprint
from seedengine.foreseeing import build_plan
from seedengine.planning import Size, Summary, TableResult
from seedengine.planning.choices import BulkChoice, Mode, Notify, Progress
from seedengine.replacing import apply, clean
from seedengine.run import Run
from seedengine.spec.load import Loaded
from seedengine.spec.profiles import LoadOptions
from seedengine.spec.scale import read_scale
from seedengine.upserting import upsert
from seedengine.verifying import verify

if TYPE_CHECKING:
    from seedengine.targets.protocol import Target

__all__ = [
    "BulkChoice",
    "FileCompression",
    "FileFormat",
    "Mode",
    "Notify",
    "Progress",
    "apply",
    "build_plan",
    "clean",
    "generate",
    "json_schema",
    "load",
    "upsert",
    "validate",
    "verify",
]

FileFormat = Literal["csv", "jsonl", "parquet", "sql"]
FileCompression = Literal["gzip", "zstd"]


def load(
    path: Path, *, scale: str | float | None = None, profile: str | None = None, allow_python: bool = False
) -> Loaded:
    """The checked spec of a file, in the size of a `profile` of its own, or with its counts times `scale`.

    Raises InvalidCall when the file cannot be read or the size is none, Refused when it names a Python function and
    that is not allowed, InvalidSpec with every fault of the document otherwise.
    """
    try:
        factor = None if scale is None else read_scale(scale)
    except ValueError as error:
        raise InvalidCall(str(error), "for example `--scale 0.1`, or `--scale 1000`") from None
    return load_spec(path, LoadOptions(factor, profile, allow_python))


def validate(loaded: Loaded, target: Target | None = None) -> tuple[Diagnostic, ...]:
    """The warnings of a spec, held against a database's catalogue where one is given; raises InvalidSpec."""
    run = Run(loaded, target)
    warnings = run.check()
    _ = run.graph
    return warnings


def generate(
    loaded: Loaded,
    directory: Path,
    format: FileFormat,
    *,
    part_rows: int | None = None,
    compression: FileCompression | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Summary:
    """Write the rows of every table into files of `directory`, but for those that an earlier run has left whole.

    A table is one file, or one for every `part_rows` rows, numbered from 1. `workers` processes share the work; each
    imports the main module, as `multiprocessing` does it.

    Raises InvalidCall where a file cannot be written, InvalidSpec where a value cannot be made, and ChildProcessError
    where a worker is killed.
    """
    from seedengine.exporting import Export, export
    from seedengine.targets.files import Shape

    started = monotonic()
    run = Run(loaded)
    shape = Shape(format, compression)
    to = Export(directory, shape, loaded.path.parent, fingerprint(loaded), part_rows, workers)
    with explaining(loaded):
        notes = export(run.world, [run.own_tables[table] for table in run.graph.tables], to, progress)
    results = tuple(TableResult(table, 0, run.world.count(*run.scope.tables[table])) for table in run.graph.tables)
    size = Size.of(loaded.options)
    return Summary(loaded.spec.name, str(directory), results, monotonic() - started, loaded.warnings, notes, size)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the language."""
    from seedengine.spec.schema import build_schema

    return build_schema()
