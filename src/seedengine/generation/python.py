"""Values of Python functions that a spec names: the only code that is ever called for one.

Modules are imported when a spec is loaded, after the command line has allowed it; making rows imports nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from seedengine.diagnostics import closest
from seedengine.generation.bits import bits
from seedengine.generation.calling import CallFailed, calling, shown
from seedengine.generation.context import Context
from seedengine.generation.expressions import evaluate, type_name
from seedengine.generation.faults import GenerationFault
from seedengine.spec.facts import Problem
from seedengine.spec.generators import PythonCall

_INSTALLED = frozenset(("site-packages", "dist-packages"))


def import_function(call: PythonCall, folder: Path) -> Problem | None:
    """Import the module of a call, looked for where Python does and then in `folder`; why that fails, or None."""
    try:
        with calling(), _also_in(folder):
            module = import_module(call.module)
            function = getattr(module, call.function, None)
            found = callable(function)
    except CallFailed as failure:
        help = "modules are looked for where Python does, and then in the folder of the spec"
        return Problem(f"`{call.module}` cannot be imported: {failure.message}", help)
    if function is None:
        near = closest(call.function, [name for name, each in vars(module).items() if callable(each)])
        help = f"did you mean `{near}`?" if near else "name a function of that module"
        return Problem(f"`{call.module}` has no `{call.function}`", help)
    return None if found else Problem(f"`{call.reference}` is no function", "name one that can be called")


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


def module_digests(calls: Iterable[PythonCall], folder: Path) -> dict[str, str]:
    """A digest of the file of every module that the calls name or that was imported from `folder`, by their names.

    What a package manager has put into the folder is not among them, as it has versions of its own.
    """
    named = {call.module for call in calls}
    inside = tuple({f"{place}{os.sep}" for place in (folder.absolute(), folder.resolve())})
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.copy().items()}
    return {
        name: blake2b(Path(file).read_bytes(), digest_size=16).hexdigest()
        for name, file in sorted(files.items())
        if isinstance(file, str)
        and os.path.isfile(file)
        and (name in named or (file.startswith(inside) and not _is_installed(name, file)))
    }


def _is_installed(name: str, file: str) -> bool:
    return name.partition(".")[0] == "seedengine" or not _INSTALLED.isdisjoint(Path(file).parts)


def make_python(value: PythonCall, context: Context) -> pl.Series:
    """What the function gives for these rows: called with a word of random bits a row, and its arguments' columns."""
    dtype = evaluate(value.returns, {}, 0).dtype if value.returns is not None else pl.String()
    columns = {name: context.value(each, "args", name).alias(name) for name, each in value.args.items()}
    if not len(context):
        return pl.Series(dtype=dtype)
    function: Callable[..., Any] = getattr(sys.modules[value.module], value.function)
    try:
        with calling():
            made = _plain(function(bits(context.key(), context.address), **columns))
    except CallFailed as failure:
        raise _fault(context, value, f"raises {failure.message}", failure.where) from None
    return _column(value, context, made, dtype)


def _plain(made: object) -> object:
    """The same values in a class whose length and elements are what they seem, for one that is built upon it."""
    if isinstance(made, np.ndarray):
        made = np.array(made)
        return made if made.dtype.kind in "biufM" and made.ndim == 1 else made.tolist()
    if isinstance(made, pl.Series):
        return pl.Series(made)
    return list(made) if isinstance(made, list | tuple) else made


def _column(value: PythonCall, context: Context, made: object, dtype: pl.DataType) -> pl.Series:
    """The values as a column of that type; a fault where they are too many, too few, or of another type."""
    if not isinstance(made, pl.Series | np.ndarray | list):
        help = "return a list, a NumPy array or a Polars series with a value for each row"
        raise _fault(context, value, f"returns `{type(made).__name__}`, which is no column", help)
    if len(made) != len(context):
        message = f"returns {len(made):,} values for {len(context):,} rows"
        raise _fault(context, value, message, "return one value for each row, in their order")
    if isinstance(made, list):
        made = _of_values(value, context, made, dtype)
    return _cast(value, context, pl.Series(made), dtype)


def _of_values(value: PythonCall, context: Context, made: list[object], dtype: pl.DataType) -> pl.Series:
    try:
        with calling(), _no_word_of_reprs():
            return _series(made, dtype)
    except CallFailed:
        position = next((number for number, each in enumerate(made) if not _fits(each, dtype)), None)
    found = "values of different types" if position is None else f"`{shown(made[position])}`"
    raise _fault(context, value, f"returns {found}, which is no {type_name(dtype)}", _RETURNS, position)


def _series(made: list[object], dtype: pl.DataType) -> pl.Series:
    """The values as a series; times in the type that they have, since numbers would be taken for them too."""
    return pl.Series(values=made, dtype=None if dtype.is_temporal() else dtype, strict=True)


def _fits(value: object, dtype: pl.DataType) -> bool:
    try:
        with calling(), _no_word_of_reprs():
            _series([value], dtype)
    except CallFailed:
        return False
    return True


@contextmanager
def _no_word_of_reprs() -> Iterator[None]:
    """Polars shows a value that does not fit, and has Python tell on stderr of a `__repr__` that raises."""
    before = sys.unraisablehook
    sys.unraisablehook = lambda _: None
    try:
        yield
    finally:
        sys.unraisablehook = before


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
