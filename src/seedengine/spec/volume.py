"""How much a document holds once nothing is left out of it: bounded, for a few lines may stand for very much."""

from collections import Counter
from collections.abc import Mapping

from seedengine.diagnostics import Diagnostic, InvalidSpec
from seedengine.spec.model import Entity
from seedengine.spec.source import MAX_NODES, Document

Owners = Mapping[tuple[str, str], str]
"""The entity that declares each part of an entity."""


class Volume:
    """The values of a document, with those that stand in it only once although several entities have them.

    Every addition raises InvalidSpec where there are too many.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._values = document.size(())
        self._sizes: dict[tuple[str, str, str], int] = {}

    def add_taken_over(self, name: str, entity: Entity, owners: Owners) -> None:
        """Count what an entity takes over from those that it extends."""
        for (kind, key), owner in owners.items():
            whole = kind == "" and (key in ("fields", "let") or getattr(entity, key) is None)
            if owner != name and not whole:
                self._add(self._size(owner, kind, key), name)

    def add_empty_cells(self, name: str, entity: Entity, owners: Owners) -> None:
        """Count the cells that hand-written rows leave out: each holds what `fields` says of its column, or NULL."""
        if not isinstance(entity.rows, tuple):
            return
        for column, cells in Counter(column for row in entity.rows for column in row).items():
            owner = owners.get(("fields", column))
            size = 2 if owner is None else self._size(owner, "fields", column)
            self._add((len(entity.rows) - cells) * size, name)

    def _size(self, owner: str, kind: str, key: str) -> int:
        """Of a part with its key."""
        part = (owner, kind, key)
        if part not in self._sizes:
            self._sizes[part] = 1 + self._document.size(("entities", owner, *filter(None, (kind, key))))
        return self._sizes[part]

    def _add(self, values: int, name: str) -> None:
        self._values += values
        if self._values > MAX_NODES:
            message = f"the document has more than {MAX_NODES:,} values, with what `extends` takes over and empty cells"
            location = self._document.location(("entities", name), key=True)
            help = "let generators make the rows, and take over less by `extends`"
            raise InvalidSpec([Diagnostic("S006", message, location, help)])
