"""For which rows a value is made, what names mean there, and which bits it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import nested, unit
from seedengine.generation.columns import DifferentTypes, NoMember, scatter, take
from seedengine.generation.expressions import EvaluationFault, evaluate, evaluate_text, type_name
from seedengine.generation.faults import GenerationFault
from seedengine.generation.world import World
from seedengine.spec.expressions import Expression, ExpressionFault, Path
from seedengine.spec.generators import Generator, Ref, Value
from seedengine.spec.readings import ELEMENT, Reader

if TYPE_CHECKING:
    from seedengine.generation.rows import Rows

Integers = NDArray[np.int64]
Place = tuple[str | int, ...]
Evaluate = Callable[[Expression, Mapping[Path, pl.Series], int], pl.Series]


@dataclass(frozen=True)
class Context:
    """The rows for which one value of an entity is made.

    `entity` and `path` (the field, then the way within it) name the draw. `rows` are those in scope, of which this is
    about the ones at `taken` (None: all of them). `address` has the bits' address of each, `elements` the number of
    each within a list.
    """

    entity: str
    path: Place
    rows: Rows
    reader: Reader
    address: NDArray[np.uint64]
    taken: Integers | None = None
    elements: Integers | None = None
    locale: tuple[Value, Place] | None = None

    @classmethod
    def of(cls, rows: Rows, node: str, entity: str | None = None, reader: Reader | None = None) -> Context:
        """For whole rows: the top of the value `node`, which may belong to another entity than the rows do."""
        own = Reader(rows.entities)
        return cls(entity or rows.entity, (node,), rows, reader or own, rows.index.astype(np.uint64))

    def __len__(self) -> int:
        return len(self.address)

    @property
    def world(self) -> World:
        """The world of the rows."""
        return self.rows.world

    @property
    def ordinal(self) -> Integers:
        """The number from 0 of each row, or of each element in its list."""
        if self.elements is not None:
            return self.elements
        return self.rows.index if self.taken is None else self.rows.index[self.taken]

    def key(self, *draw: str | int) -> int:
        """The key of a draw of this value."""
        return self.world.key(self.entity, *self.path, *draw)

    def step(self, *draw: str | int) -> Context:
        """The same rows, one step further into the value."""
        return replace(self, path=(*self.path, *draw))

    def at(self, path: Place) -> Context:
        """The same rows, for a value elsewhere in the entity."""
        return replace(self, path=path, locale=None)

    def some(self, positions: Integers) -> Context:
        """The rows at these positions."""
        if not len(self):
            return self  # none of none: the types of everything are asked so
        taken = positions if self.taken is None else self.taken[positions]
        elements = None if self.elements is None else self.elements[positions]
        return replace(self, address=self.address[positions], taken=taken, elements=elements)

    def listed(self, owners: Integers, elements: Integers) -> Context:
        """The elements of a list: `owners` says in which row each stands, `elements` its number there from 0."""
        inner = self.some(owners)
        return replace(inner, address=nested(inner.address, elements), elements=elements)

    def value(self, value: Value, *draw: str | int) -> pl.Series:
        """A value for each row, its modifiers included."""
        context = self.step(*draw) if draw else self
        generate = self.world.generators[type(value)]
        if not isinstance(value, Generator):
            return generate(value, context)
        if value.locale is not None:
            context = replace(context, locale=(value.locale, (*context.path, "locale")))
        if value.when is None and (value.nulls is None or isinstance(value, Ref)):
            return generate(value, context)
        return context._modified(value)

    def _modified(self, value: Generator) -> pl.Series:
        """A value for the rows that have one, so that others need not be able to."""
        holds = np.ones(len(self), dtype=np.bool_)
        if value.when is not None:
            holds = self.holds(value.when, "when")
        present = holds
        if value.nulls is not None and not isinstance(value, Ref):
            present = holds & (unit(self.key("nulls"), self.address) >= float(value.nulls))
        positions = np.flatnonzero(present).astype(np.int64)
        parts = [(positions, self.world.generators[type(value)](value, self.some(positions)))]
        if value.otherwise is not None:
            others = np.flatnonzero(~holds).astype(np.int64)
            parts.append((others, self.some(others).value(value.otherwise, "else")))
        return self.together(parts)

    def together(self, parts: list[tuple[Integers, pl.Series]], size: int | None = None) -> pl.Series:
        """One column from parts at given positions; a fault where their types do not fit together."""
        try:
            return scatter(parts, len(self) if size is None else size)
        except DifferentTypes as error:
            types = f"{type_name(error.left)} and {type_name(error.right)}"
            help = "make the values of one type, for instance with a cast in an `expr`"
            raise self.fault(f"the values are of different types: {types}", help=help) from None

    def evaluate(self, expression: Expression, *draw: str | int) -> pl.Series:
        """An expression for each row."""
        return self._evaluated(evaluate, expression, *draw)

    def evaluate_text(self, expression: Expression, *draw: str | int) -> pl.Series:
        """The same as text, as a cast to text writes it."""
        return self._evaluated(evaluate_text, expression, *draw)

    def _evaluated(self, how: Evaluate, expression: Expression, *draw: str | int) -> pl.Series:
        columns = {path: self.lookup(path) for path in expression.paths}
        try:
            return how(expression, columns, len(self))
        except ExpressionFault as error:
            raise self.fault(error.message, *draw, offset=error.offset, help=error.help) from None
        except EvaluationFault as error:
            raise self.fault(
                error.message, *draw, offset=error.offset or 0, position=error.row, help=error.help
            ) from None

    def holds(self, condition: Expression, *draw: str | int) -> NDArray[np.bool_]:
        """For which rows a condition is true; a fault where it is no condition."""
        found = self.evaluate(condition, *draw)
        if found.dtype not in (pl.Boolean, pl.Null):
            message = f"a condition is true or false, and this is {type_name(found.dtype)}"
            raise self.fault(message, *draw, help="compare it with something: `status = 'paid'`")
        return found.cast(pl.Boolean).fill_null(False).to_numpy().astype(np.bool_)

    def amounts(self, quantity: Value, *draw: str | int) -> Integers:
        """A quantity for each row, 0 where it is NULL or below 0; a fault where it is no whole number."""
        found = self.value(quantity, *draw)
        if not found.dtype.is_integer() and found.dtype != pl.Null:
            message = f"a quantity is a whole number, and this is {type_name(found.dtype)}"
            raise self.fault(message, *draw, help="for example `3`, `1..3`, or weights: `{0: 60%, 1..3: 40%}`")
        amounts: Integers = np.maximum(found.cast(pl.Int64).fill_null(0).to_numpy().astype(np.int64), 0)
        return amounts

    def unique(self, value: Generator) -> Literal[True] | tuple[str, ...] | None:
        """Within what the values of a field must differ: as it says, and everywhere if it is the whole key."""
        alone = len(self.path) == 1 and self.world.scope.key(self.entity) == self.path
        return True if alone and not value.unique else value.unique

    def lookup(self, path: Path) -> pl.Series:
        """What a path means in each row."""
        if self.elements is not None and path == (ELEMENT,):
            return pl.Series(self.elements + 1)
        try:
            column = self.rows_of(path)
        except DifferentTypes as error:
            message = (
                f"`{'.'.join(path)}` is {type_name(error.left)} in some rows and {type_name(error.right)} in others"
            )
            raise self.fault(message, help="let the entities agree") from None
        except NoMember as error:
            raise self.fault(f"`{'.'.join(path)}` leads to no `{error.name}`", help=error.help) from None
        return column if self.taken is None else take(column, self.taken)

    def rows_of(self, path: Path) -> pl.Series:
        """What a path means in all of the rows in scope."""
        reader = self.reader
        if reader.name is not None and path[0] == reader.name:
            path = path[1:]
        return self.rows.follow(self.world.route(self.rows.entities, path))

    def fault(
        self,
        message: str,
        *draw: str | int,
        position: int | None = None,
        offset: int = 0,
        help: str | None = None,
        code: str | None = None,
    ) -> GenerationFault:
        """A fault of this value, in the row at `position` where one is to blame."""
        row = None
        if position is not None:
            row = int(self.rows.index[position if self.taken is None else self.taken[position]]) + 1
        place = (*self.path[1:], *draw)
        node = str(self.path[0])
        return GenerationFault(message, self.entity, node, place, row=row, offset=offset, help=help, code=code)
