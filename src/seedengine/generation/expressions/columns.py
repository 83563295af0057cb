"""Columns with their types, the rows that an expression is evaluated for, and operations over what is not NULL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlglot import exp

from seedengine.generation.expressions.compute import spread
from seedengine.generation.expressions.faults import EvaluationFault, RowFault
from seedengine.generation.expressions.types import Type, storage
from seedengine.spec.expressions import Path

Mask = NDArray[np.bool_]
Operation = Callable[..., pl.Series]
Evaluate = Callable[["Rows", exp.Expr], "Column"]


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one type in storage; a `constant` has one value for all rows, `offset` is its place in the source."""

    type: Type
    series: pl.Series
    offset: int
    constant: bool = False
    literal: bool = False


class Rows:
    """Some rows of a batch, and the columns that the paths of the expression lead to."""

    def __init__(
        self,
        columns: Mapping[Path, Column],
        paths: tuple[Path, ...],
        size: int,
        positions: NDArray[np.int64] | None = None,
    ) -> None:
        self.columns = columns
        self.paths = paths
        self.size = size
        self.positions = positions
        self._chosen: dict[Path, Column] = {}

    def column(self, index: int, offset: int) -> Column:
        """The column of the path with that index."""
        path = self.paths[index]
        if path not in self._chosen:
            column = self.columns[path]
            if self.positions is not None and not column.constant:
                column = replace(column, series=column.series.gather(self.positions))
            self._chosen[path] = column
        return replace(self._chosen[path], offset=offset)

    def where(self, mask: Mask) -> "Rows":
        """Those of these rows for which the mask is true."""
        return self.take(np.flatnonzero(mask))

    def take(self, local: NDArray[np.int64]) -> "Rows":
        """The rows at these places among these ones, in ascending order."""
        if len(local) == self.size:
            return self
        positions = local if self.positions is None else self.positions[local]
        return Rows(self.columns, self.paths, len(local), positions)

    def apply(self, operation: Operation, result: Type, offset: int, *columns: Column) -> Column:
        """The column that a strict operation makes: NULL where an argument is, and never given one."""
        arguments = [column.series for column in columns]
        constant = all(column.constant for column in columns)
        size = 1 if constant else self.size
        present = _present(arguments, size)
        try:
            if present is None:
                values = self._values(operation, arguments, result, size)
            else:
                values = self._sparse(operation, arguments, result, present)
        except RowFault as fault:
            if self.size == 0:
                empty = pl.Series([None], dtype=storage(result))
                return Column(result, empty, offset, constant=True)
            raise self._fault(fault, offset, present, constant) from None
        return Column(result, values, offset, constant)

    def _values(self, operation: Operation, arguments: list[pl.Series], result: Type, size: int) -> pl.Series:
        if size == 0:
            # Nothing to compute; types alone decide.
            return pl.Series([], dtype=storage(result))
        values = operation(*arguments)
        return spread(values, size) if len(values) != size else values

    def _sparse(self, operation: Operation, arguments: list[pl.Series], result: Type, present: Mask) -> pl.Series:
        where = np.flatnonzero(present)
        empty = pl.Series([None], dtype=storage(result)).new_from_index(0, len(present))
        if len(where) == 0:
            return empty
        chosen = [each if len(each) == 1 < len(present) else each.gather(where) for each in arguments]
        values = self._values(operation, chosen, result, len(where))
        places = np.full(len(present), len(values), np.uint32)
        places[where] = np.arange(len(where), dtype=np.uint32)
        return pl.concat([values, pl.Series([None], dtype=values.dtype)]).gather(places)

    def _fault(self, fault: RowFault, offset: int, present: Mask | None, constant: bool) -> EvaluationFault:
        local = fault.position
        if constant:
            local = 0
        elif present is not None:
            local = int(np.flatnonzero(present)[local])
        row = local if self.positions is None else int(self.positions[local])
        return EvaluationFault(str(fault), row, offset, fault.help)

    def spread(self, column: Column) -> pl.Series:
        """The column's values, one for each row."""
        return spread(column.series, self.size)

    def null(self, type: Type, offset: int) -> Column:
        """NULL of that type for every row."""
        return Column(type, pl.Series([None], dtype=storage(type)), offset, constant=True)


def _present(arguments: list[pl.Series], size: int) -> Mask | None:
    """Where no argument is NULL; None where that is everywhere."""
    present: Mask | None = None
    for series in arguments:
        if series.null_count():
            own = np.broadcast_to(series.is_not_null().to_numpy(), (size,))
            present = own if present is None else present & own
    return present
