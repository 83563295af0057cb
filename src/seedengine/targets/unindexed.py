"""Foreign keys that no index serves: a database then looks through all children for every parent that goes or comes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seedengine.catalog import ForeignKey
from seedengine.targets.relations import Relation


@dataclass(frozen=True, slots=True)
class UnindexedKey:
    """A foreign key of a relation that has no index for it; `going` rows that it may refer to go, or come."""

    relation: Relation
    key: ForeignKey
    going: int

    def creation(self, index: str | None = None) -> str:
        """The statement that makes an index, under the database's own choice of a name where none is given."""
        schema = f"{_quoted(self.relation.schema)}." if self.relation.schema else ""
        shown = schema if index or self.relation.name != self.relation.table.name else ""
        name = f"{_quoted(index)} " if index else ""
        columns = ", ".join(map(_quoted, self.key.columns))
        return f"CREATE INDEX {name}ON {shown}{_quoted(self.relation.name)} ({columns})"

    def note(self, creation: str, *, helped: bool) -> str:
        """What a user should know; `helped` says that there is an index while rows go."""
        table = self.relation.table.name
        goes = f"of `{self.key.target}`, of which {self.going:,} go{'' if self.going > 1 else 'es'}"
        cost = (
            f"one is made for the time that rows {goes}"
            if helped
            else f"the database looks through all of `{table}` for each row {goes}"
        )
        help = f"{'to keep one' if helped else 'to help it'}: {creation}"
        return f"{self._told()}: {cost}; {help}"

    def loading_note(self, creation: str) -> str:
        """What a user should know where there is an index while rows come."""
        rows = f"{self.going:,} row{'s' if self.going > 1 else ''}"
        return (
            f"{self._told()}: one is made for the time that {rows} of `{self.key.target}` come; to keep one: {creation}"
        )

    def _told(self) -> str:
        return f"`{self.relation.table.name}` has no index for its foreign key `{', '.join(self.key.columns)}`"


def find_unindexed(relations: Mapping[str, Relation], going: Mapping[str, int]) -> Iterator[UnindexedKey]:
    """The keys without an index that refer to tables of which rows go, or come; `going` is the number of these rows."""
    for relation in relations.values():
        for key in relation.table.foreign_keys:
            if going.get(key.target) and not relation.table.has_index(key.columns):
                yield UnindexedKey(relation, key, going[key.target])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
