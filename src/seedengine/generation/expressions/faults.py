"""What only rows show: a value out of range, a division by zero, a text that is no date."""

import numpy as np
from numpy.typing import NDArray

from seedengine.diagnostics import SeedengineError


class EvaluationFault(SeedengineError):
    """A row for which an expression has no value.

    `row` is its position in the batch, or None where the fault is not one row's; `offset` counts characters from 0 in
    the expression's source.
    """

    def __init__(self, message: str, row: int | None, offset: int, help: str | None = None) -> None:
        super().__init__(message, help)
        self.row = row
        self.offset = offset


class RowFault(Exception):
    """The same within one operation: `position` counts the values that the operation was given."""

    def __init__(self, message: str, position: int, help: str | None = None) -> None:
        super().__init__(message)
        self.message, self.position, self.help = message, position, help


def fail_where(wrong: NDArray[np.bool_], message: str, help: str | None = None) -> None:
    """Raises RowFault at the first True."""
    if wrong.any():
        raise RowFault(message, int(wrong.argmax()), help)
