"""Domains: the different texts or numbers of a method, each with an index, and columns of them made from indexes.

The order is fixed by Faker's lists: a list in its own order, a product with its last part changing fastest, a union one
part after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import bits
from seedengine.generation.faker.shape import Shape, joined_shape, listed_shape, shared_shape

Integers = NDArray[np.int64]

# No more values of a domain than these have an index.
LARGEST = 2**62


class Domain(Protocol):
    """Values without repeats."""

    @property
    def size(self) -> int:
        """How many there are, `LARGEST` at most: what is beyond has no index."""

    @property
    def shape(self) -> Shape:
        """What its texts have in common."""

    def at(self, index: Integers) -> pl.Series:
        """The values with these indexes, each in [0, size)."""

    def __contains__(self, text: object) -> bool:
        """Whether a text is one of the values."""


@dataclass(frozen=True, eq=False)
class Listed:
    """The texts of a list, each once."""

    texts: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.texts)

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each text stands."""
        return {text: position for position, text in enumerate(self.texts)}

    @cached_property
    def ordered(self) -> list[str]:
        """The texts in the order of their characters."""
        return sorted(self.texts)

    @cached_property
    def shape(self) -> Shape:
        return listed_shape(self.texts)

    @cached_property
    def _column(self) -> pl.Series:
        return pl.Series(values=self.texts, dtype=pl.String)

    def at(self, index: Integers) -> pl.Series:
        return self._column.gather(index)

    def __contains__(self, text: object) -> bool:
        return text in self.position


@dataclass(frozen=True, eq=False)
class Counted:
    """The numbers of a range, as numbers, or as texts in a format of Python's: `d`, `x` or `X`, zeros before it."""

    numbers: range
    form: str | None

    @property
    def size(self) -> int:
        return len(self.numbers)

    @cached_property
    def shape(self) -> Shape:
        ends = [format(each, self.form or "d") for each in (self.numbers[0], self.numbers[-1], 0)]
        around_zero = self.numbers[0] <= 0 <= self.numbers[-1]
        signs = frozenset("-") if self.numbers[0] < 0 else frozenset[str]()
        signs |= frozenset("0123456789ABCDEFabcdef" if (self.form or "d")[-1] in "xX" else "0123456789")
        lengths = [len(each) for each in ends[: 3 if around_zero else 2]]
        return Shape(signs, signs, signs, frozenset(), min(lengths), max(lengths))

    def at(self, index: Integers) -> pl.Series:
        numbers = index * self.numbers.step + self.numbers.start
        if self.form is None:
            return pl.Series(values=numbers, dtype=pl.Int64)
        width = int(self.form[:-1] or 1)
        if self.form[-1] == "d":
            return pl.Series(values=numbers, dtype=pl.Int64).cast(pl.String).str.zfill(width)
        digits = pl.Series(
            values=list("0123456789abcdef" if self.form[-1] == "x" else "0123456789ABCDEF"), dtype=pl.String
        )
        nibbles = [digits.gather(numbers >> shift & 15) for shift in range(4 * (self.shape.longest - 1), -1, -4)]
        text = pl.select(pl.concat_str([pl.lit(each) for each in nibbles])).to_series()
        return text.str.strip_chars_start("0").str.pad_start(width, "0")

    def __contains__(self, text: object) -> bool:
        form = self.form or "d"
        try:
            number = int(str(text), 16 if form[-1] in "xX" else 10)
        except ValueError:
            return False
        return number in self.numbers and format(number, form) == text


@dataclass(frozen=True, eq=False)
class Product:
    """A text of each part, one after the other; no two choices of parts give the same."""

    parts: tuple[Domain, ...]

    @cached_property
    def size(self) -> int:
        size = 1
        for part in self.parts:
            size *= part.size
        return min(size, LARGEST)

    @cached_property
    def shape(self) -> Shape:
        return joined_shape([part.shape for part in self.parts])

    def at(self, index: Integers) -> pl.Series:
        columns: list[pl.Series | str] = []
        rest, stride = index, 1
        for place, part in enumerate(reversed(self.parts)):
            if isinstance(part, Listed) and part.size == 1:
                columns.append(part.texts[0])
                continue
            rest, position = np.divmod(rest, part.size)
            if stride * part.size > LARGEST:
                # The index does not reach all of this part, so what it has said already chooses where it begins here.
                said = index if stride >= LARGEST else index % stride
                start = bits(place, said.astype(np.uint64)) % np.uint64(part.size)
                position = (position + start.astype(np.int64)) % part.size
            columns.append(part.at(position))
            stride *= part.size
        return pl.select(pl.concat_str([pl.lit(each) for each in reversed(columns)])).to_series()

    @cached_property
    def _lengths(self) -> list[tuple[int, int, int, int]]:
        """Of each part, how short and how long it can be, and what comes after it."""
        found: list[tuple[int, int, int, int]] = []
        shortest = longest = 0
        for shape in (part.shape for part in reversed(self.parts)):
            found.append((shape.shortest, shape.longest, shortest, longest))
            shortest, longest = shortest + shape.shortest, longest + shape.longest
        return found[::-1]

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self._holds(text, 0)

    def _holds(self, text: str, position: int) -> bool:
        part = self.parts[position]
        if position == len(self.parts) - 1:
            return text in part
        shortest, longest, shortest_after, longest_after = self._lengths[position]
        first, last = max(shortest, len(text) - longest_after), min(longest, len(text) - shortest_after)
        return any(text[:end] in part and self._holds(text[end:], position + 1) for end in range(first, last + 1))


@dataclass(frozen=True, eq=False)
class Union:
    """The texts of several domains that have none in common."""

    parts: tuple[Domain, ...]

    @cached_property
    def size(self) -> int:
        return sum(self._shares)

    @cached_property
    def _shares(self) -> list[int]:
        """How many indexes each part has: where there are not enough for all, in the proportion of their sizes."""
        sizes = [part.size for part in self.parts]
        total = sum(sizes)
        return sizes if total <= LARGEST else [max(size * (LARGEST - len(sizes)) // total, 1) for size in sizes]

    @cached_property
    def shape(self) -> Shape:
        return shared_shape([part.shape for part in self.parts])

    def at(self, index: Integers) -> pl.Series:
        ends = list(accumulate(self._shares))
        which = np.searchsorted(np.array(ends, dtype=np.int64), index, side="right")
        order = np.argsort(which, kind="stable")
        pieces, done = [], 0
        for position, count in enumerate(np.bincount(which, minlength=len(self.parts)).tolist()):
            rows = order[done : done + count]
            own = index[rows] - (ends[position - 1] if position else 0)
            pieces.append(self.parts[position].at(own * (self.parts[position].size // self._shares[position])))
            done += count
        back = np.empty(len(index), dtype=np.int64)
        back[order] = np.arange(len(index))
        return pl.concat(pieces).gather(back)

    def __contains__(self, text: object) -> bool:
        return any(text in part for part in self.parts)


@dataclass(frozen=True, eq=False)
class Without:
    """A product without the combinations whose texts others give; `left_out` is sorted, and may be empty.

    That it then holds no text twice was found by search, not by its parts, so it is not laid flat.
    """

    product: Product
    left_out: Integers
    _steps: Integers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_steps", self.left_out - np.arange(len(self.left_out)))

    @property
    def size(self) -> int:
        return self.product.size - len(self.left_out)

    @property
    def shape(self) -> Shape:
        return self.product.shape

    def at(self, index: Integers) -> pl.Series:
        return self.product.at(index + np.searchsorted(self._steps, index, side="right"))

    def __contains__(self, text: object) -> bool:
        return text in self.product


def texts_of(domain: Domain) -> Sequence[str]:
    """All texts of a domain, in order."""
    return domain.texts if isinstance(domain, Listed) else domain.at(np.arange(domain.size)).to_list()
