"""What every check has at hand, and where it puts what it finds."""

from collections.abc import Collection, Iterable, Set
from functools import cached_property

from seedengine.catalog import ForeignKey
from seedengine.diagnostics import Candidates, Diagnostic, closest
from seedengine.spec.extends import Origins
from seedengine.spec.facts import Facts
from seedengine.spec.foreign_keys import foreign_keys
from seedengine.spec.generators import Cycle, FileColumn
from seedengine.spec.model import Entity, Spec
from seedengine.spec.readings import Reading, readings
from seedengine.spec.scope import Scope
from seedengine.spec.source import Document
from seedengine.spec.walk import Place


class Findings:
    """A spec under check, and the diagnostics found so far."""

    def __init__(self, spec: Spec, document: Document, origins: Origins, facts: Facts, faulty: Set[str]) -> None:
        self.spec, self.document, self.origins, self.facts, self.faulty = spec, document, origins, facts, faulty
        self.scope = Scope(spec)
        self.found: list[Diagnostic] = []
        self._candidates: dict[int, tuple[Collection[str], Candidates]] = {}

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Every expression of the spec."""
        return tuple(readings(self.scope, self.origins))

    @cached_property
    def locales(self) -> frozenset[str]:
        """Every locale that Faker has."""
        return self.facts.faker.locales()

    @cached_property
    def faker_methods(self) -> Set[str]:
        """Every method of Faker's providers."""
        return self.facts.faker.methods()

    @cached_property
    def foreign_keys(self) -> dict[str, tuple[ForeignKey, ...]]:
        """The foreign keys of every table of the spec."""
        return foreign_keys(self.scope)

    def error(self, code: str, message: str, place: Place, help: str | None, *, key: bool = False) -> None:
        """Add a fault at a place of the document; with `key`, at its key."""
        location = self.document.location(place_in(self.spec, place), key=key)
        self.found.append(Diagnostic(code, message, location, help))

    def warn(self, code: str, message: str, place: Place, help: str | None) -> None:
        """Add a warning at the key of a place."""
        location = self.document.location(place_in(self.spec, place), key=True)
        self.found.append(Diagnostic(code, message, location, help, "warning"))

    def error_within(self, code: str, message: str, place: Place, offset: int, help: str | None) -> None:
        """Add a fault at a character of the text at a place."""
        location = self.document.location_within(place_in(self.spec, place), offset)
        self.found.append(Diagnostic(code, message, location, help))

    def unknown_entity(self, name: str, place: Place, *, key: bool = False) -> bool:
        """Whether there is no entity of that name, which is then a fault at `place`, or at its key."""
        if name in self.spec.entities:
            return False
        self.error("S201", f"unknown entity `{name}`", place, self.did_you_mean(name, self.spec.entities), key=key)
        return True

    def did_you_mean(self, name: str, known: Collection[str]) -> str:
        """A line of help as `did_you_mean` gives it, of names that do not change; a set's are put in order."""
        _, candidates = self._candidates.get(id(known), (known, None))
        if candidates is None:
            candidates = Candidates(sorted(known) if isinstance(known, Set) else known)
            self._candidates[id(known)] = known, candidates  # which keeps the names, so that no others get their id
        return did_you_mean(name, candidates)


def did_you_mean(name: str, names: Iterable[str] | Candidates) -> str:
    """A line of help: the nearest of the known names, or a list of them."""
    candidates = names if isinstance(names, Candidates) else Candidates(names)
    known, near = candidates.names, closest(name, candidates)
    if near:
        return f"did you mean `{near}`?"
    listed = ", ".join(f"`{each}`" for each in known[:12])
    return f"known are {listed}" + (" …" if len(known) > 12 else "") if known else "there are none"


def place_in(spec: Spec, place: Place) -> Place:
    """The place as the document has it: the cells of hand-written rows, and the columns of a file, are under `rows`."""
    if len(place) > 3 and place[0] == "entities" and place[2] == "fields":
        column = spec.entities[str(place[1])].fields.get(str(place[3])) if str(place[1]) in spec.entities else None
        if isinstance(column, FileColumn):
            return (*place[:2], "rows") if column.missing is None else (*place[:4], *place[5:])
    if len(place) < 6 or place[2] != "fields" or place[4] != "cycle":
        return place
    entity: Entity | None = spec.entities.get(str(place[1]))
    if entity is None or not isinstance(entity.rows, tuple) or not isinstance(entity.fields.get(str(place[3])), Cycle):
        return place
    position = int(place[5])
    if position < len(entity.rows) and place[3] in entity.rows[position]:
        return (*place[:2], "rows", place[5], place[3], *place[6:])
    is_of_rows = any(place[3] in row for row in entity.rows)
    return (*place[:4], *place[6:]) if is_of_rows else place
