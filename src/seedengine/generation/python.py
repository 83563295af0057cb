"""Values of Python functions that a spec names: the only code that is ever called for one.

Modules are imported when a spec is loaded, after the command line has allowed it; making rows imports nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from importlib import import_module, invalidate_caches
from pathlib import Path
from traceback import extract_tb
from typing import Any

import numpy as np
import polars as pl

from seedengine.diagnostics import closest
from seedengine.generation.bits import bits
from seedengine.generation.context import Context
from seedengine.generation.expressions import evaluate, type_name
from seedengine.generation.faults import GenerationFault
from seedengine.spec.facts import Problem
from seedengine.spec.generators import PythonCall


def import_function(call: PythonCall, folder: Path) -> Problem | None:
    """Import the module of a call, looked for where Python does and then in `folder`; why that fails, or None."""
    try:
        with _also_in(folder):
            module = import_module(call.module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a module does when it is imported
        help = "modules are looked for where Python does, and then in the folder of the spec"
        return Problem(f"`{call.module}` cannot be imported: {_told(error)}", help)
    function = getattr(module, call.function, None)
    if function is None:
        near = closest(call.function, [name for name, each in vars(module).items() if callable(each)])
        help = f"did you mean `{near}`?" if near else "name a function of that module"
        return Problem(f"`{call.module}` has no `{call.function}`", help)
    return None if callable(function) else Problem(f"`{call.reference}` is no function", "name one that can be called")


@contextmanager
def _also_in(folder: Path) -> Iterator[None]:
    """Let imports find what lies in a folder, after everything else."""
    place = str(folder.resolve())
    sys.path.append(place)
    invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(place)


def module_digest(call: PythonCall) -> str:
    """A digest of the file of the call's module, or nothing where it has none."""
    file = getattr(sys.modules.get(call.module), "__file__", None)
    return blake2b(Path(file).read_bytes(), digest_size=16).hexdigest() if file else ""


def make_python(value: PythonCall, context: Context) -> pl.Series:
    """What the function gives for these rows: called with a word of random bits a row, and its arguments' columns."""
    dtype = evaluate(value.returns, {}, 0).dtype if value.returns is not None else pl.String()
    columns = {name: context.value(each, "args", name).alias(name) for name, each in value.args.items()}
    if not len(context):
        return pl.Series(dtype=dtype)
    function: Callable[..., Any] = getattr(sys.modules[value.module], value.function)
    try:
        made = function(bits(context.key(), context.address), **columns)
    except (Exception, SystemExit) as error:
        raise _fault(context, value, f"raises {_told(error)}", _where(error)) from error
    return _column(value, context, made, dtype)


def _column(value: PythonCall, context: Context, made: object, dtype: pl.DataType) -> pl.Series:
    """The values as a column of that type; a fault where they are too many, too few, or of another type."""
    if isinstance(made, np.ndarray):
        made = made if made.dtype.kind in "biufM" and made.ndim == 1 else made.tolist()
    if not isinstance(made, pl.Series | np.ndarray | list | tuple):
        help = "return a list, a NumPy array or a Polars series with a value for each row"
        raise _fault(context, value, f"returns `{type(made).__name__}`, which is no column", help)
    if len(made) != len(context):
        message = f"returns {len(made):,} values for {len(context):,} rows"
        raise _fault(context, value, message, "return one value for each row, in their order")
    if isinstance(made, list | tuple):
        made = _of_values(value, context, list(made), dtype)
    return _cast(value, context, pl.Series(made), dtype)


_UNFIT = (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError)


def _of_values(value: PythonCall, context: Context, made: list[object], dtype: pl.DataType) -> pl.Series:
    try:
        return _series(made, dtype)
    except _UNFIT:
        position = next((number for number, each in enumerate(made) if not _fits(each, dtype)), None)
    found = "values of different types" if position is None else f"`{made[position]!r:.40}`"
    raise _fault(context, value, f"returns {found}, which is no {type_name(dtype)}", _RETURNS, position)


def _series(made: list[object], dtype: pl.DataType) -> pl.Series:
    """The values as a series; times in the type that they have, since numbers would be taken for them too."""
    return pl.Series(values=made, dtype=None if dtype.is_temporal() else dtype, strict=True)


def _fits(value: object, dtype: pl.DataType) -> bool:
    try:
        _series([value], dtype)
    except _UNFIT:
        return False
    return True


_RETURNS = "return values of the type that `returns` says; without it, texts"


def _cast(value: PythonCall, context: Context, column: pl.Series, dtype: pl.DataType) -> pl.Series:
    """The column in exactly its type, from one that holds such values in another form."""
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if column.dtype == dtype:
        return column
    fitting = (
        column.dtype == pl.Null
        or (column.dtype.is_integer() and dtype.is_numeric())
        or (column.dtype.is_float() and dtype.is_float())
        or (column.dtype.is_decimal() and dtype.is_decimal())
        or (isinstance(column.dtype, pl.Date | pl.Datetime) and isinstance(dtype, pl.Datetime))
    )
    cast = column.cast(dtype, strict=False) if fitting else column
    lost = np.flatnonzero((cast.is_null() & column.is_not_null()).to_numpy())
    if not fitting or len(lost):
        message = f"returns a column of {column.dtype}, which is no {type_name(dtype)}"
        raise _fault(context, value, message, _RETURNS, int(lost[0]) if len(lost) else None)
    return cast


def _fault(
    context: Context, value: PythonCall, message: str, help: str | None, position: int | None = None
) -> GenerationFault:
    field = "" if position is not None else f"`{context.entity}.{context.path[0]}`: "
    message = f"{field}`{value.reference}` {message}"
    return context.fault(message, "python", position=position, help=help, code="S231")


def _told(error: BaseException) -> str:
    """An error in one short line."""
    text = " ".join(str(error).split())
    shown = text if len(text) <= 200 else text[:199] + "…"
    return f"{type(error).__name__}: {shown}" if shown else type(error).__name__


def _where(error: BaseException) -> str | None:
    """The line that raised it."""
    frames = extract_tb(error.__traceback__)
    return f"it was raised in `{frames[-1].filename}`, line {frames[-1].lineno}" if len(frames) > 1 else None
