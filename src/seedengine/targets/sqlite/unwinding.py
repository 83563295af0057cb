"""In which order rows of a circle of tables go, so that the file's own foreign key actions are left nothing to do."""

from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from seedengine.catalog import ForeignKey, Table

FEW_ACTIONS = 500
"""So many cascades, one within the other, are left to SQLite, which nests no more than 1,000."""


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A foreign key by which rows that go refer to rows that go; `loose` is a column of it that may be NULL."""

    table: Table
    key: ForeignKey
    loose: str | None

    @classmethod
    def of(cls, table: Table, key: ForeignKey) -> "Key":
        """The key of that table."""
        named = (table.column(name) for name in key.columns)
        return cls(table, key, next((each.name for each in named if each and each.nullable), None))

    @property
    def cascades(self) -> bool:
        """Whether a row goes with the one that it refers to."""
        return self.key.on_delete == "CASCADE"

    @property
    def is_emptied(self) -> bool:
        """Whether SQLite itself would update a row of which the other goes."""
        return self.loose is not None and self.key.on_delete in ("SET NULL", "SET DEFAULT")


class References:
    """Rows, by their numbers, that refer to other rows by one of these keys; a million of them take few megabytes."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = keys
        self._key = array("H")
        self.children = array("q")
        self.parents = array("q")

    def add(self, child: int, parent: int, key: int) -> None:
        """The child refers to the parent by the key of that number; a row that refers to itself does no harm."""
        if child != parent:
            self.children.append(child)
            self.parents.append(parent)
            self._key.append(key)

    def key(self, number: int) -> Key:
        """The key of the reference of that number."""
        return self._keys[self._key[number]]


Step = tuple[int, Key | None]
"""A row that is deleted; or one of which the reference by that key is set to NULL before."""


class Unwinding:
    """The rows from 0 to `rows` - 1 with these references among them, children first.

    Rows that refer to each other in a circle cannot all go before what they refer to. There a reference is cut that
    SQLite would have set to NULL itself. Where there is none, a few cascades are left to SQLite, and of many, any
    reference is cut that may be.
    """

    def __init__(self, rows: int, references: References) -> None:
        self._references = references
        self._of_child = _Groups(rows, references.children)
        self._of_parent = _Groups(rows, references.parents)
        self._waiting = array("q", (self._of_parent.size(row) for row in range(rows)))
        self._ready = deque(row for row in range(rows) if not self._waiting[row])
        self._gone = bytearray(rows)
        self._cut = bytearray(len(references.children))

    def steps(self) -> Iterator[Step]:
        """Every row once, and cuts before them."""
        yield from self._free()
        for row in range(len(self._gone)):
            while not self._gone[row]:
                yield from self._break(self._circle(row))
                yield from self._free()

    def _free(self) -> Iterator[Step]:
        """The rows that no other row refers to any more."""
        while self._ready:
            row = self._ready.popleft()
            if not self._gone[row]:
                self._gone[row] = True
                yield row, None
                for number in self._of_child.members(row):
                    self._let_go(number)

    def _let_go(self, number: int) -> None:
        if not self._cut[number]:
            self._cut[number] = True
            parent = self._references.parents[number]
            self._waiting[parent] -= 1
            if not self._waiting[parent]:
                self._ready.append(parent)

    def _children(self, row: int) -> Iterator[int]:
        """The numbers of the references to a row that are left."""
        self._of_parent.drop(row, self._cut)
        return (number for number in self._of_parent.members(row) if not self._cut[number])

    def _circle(self, row: int) -> list[int]:
        """References that lead from some row back to it; every row that is left has one that refers to it."""
        path: list[int] = []
        places: dict[int, int] = {}
        while row not in places:
            places[row] = len(path)
            path.append(next(self._children(row)))
            row = self._references.children[path[-1]]
        return path[places[row] :]

    def _break(self, circle: Sequence[int]) -> Iterator[Step]:
        keys = {number: self._references.key(number) for number in circle}
        start = self._references.parents[next((each for each in circle if keys[each].cascades), circle[0])]
        together = self._cascade(start)
        cut = next((each for each in circle if keys[each].is_emptied), None)
        if cut is None and not (together and all(key.cascades for key in keys.values())):
            cut = next((each for each in circle if keys[each].loose), None)
        if cut is not None:
            yield self._cut_off(cut)
            return
        for row in together or [start]:
            for number in [*self._children(row)]:
                if self._references.key(number).is_emptied:
                    yield self._cut_off(number)
        self._ready.extend(together or [start])

    def _cut_off(self, number: int) -> Step:
        self._let_go(number)
        return self._references.children[number], self._references.key(number)

    def _cascade(self, start: int) -> list[int]:
        """The rows that go with this one by cascades, itself first; none where they are more than a few."""
        found = {start: None}
        waiting = [start]
        while waiting and len(found) <= FEW_ACTIONS:
            for number in self._children(waiting.pop()):
                child = self._references.children[number]
                if self._references.key(number).cascades and child not in found:
                    found[child] = None
                    waiting.append(child)
        return [] if waiting else list(found)


class _Groups:
    """For each row, the numbers of the references in which it stands at a place."""

    def __init__(self, rows: int, places: Sequence[int]) -> None:
        sizes = array("q", bytes(8 * rows))
        for row in places:
            sizes[row] += 1
        self._starts = array("q", accumulate(sizes, initial=0))
        self._ends = self._starts[:-1]
        self._numbers = array("q", bytes(8 * len(places)))
        for number, row in enumerate(places):
            self._numbers[self._ends[row]] = number
            self._ends[row] += 1

    def size(self, row: int) -> int:
        """How many there are."""
        return self._ends[row] - self._starts[row]

    def members(self, row: int) -> Sequence[int]:
        """The numbers of a row."""
        return self._numbers[self._starts[row] : self._ends[row]]

    def drop(self, row: int, unwanted: bytearray) -> None:
        """Forget the last ones of a row that are not wanted."""
        while self.size(row) and unwanted[self._numbers[self._ends[row] - 1]]:
            self._ends[row] -= 1
