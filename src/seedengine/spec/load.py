"""From the text of a spec to a checked model: every fault of the document is found in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seedengine.diagnostics import Diagnostic, InvalidSpec
from seedengine.spec.checks import check
from seedengine.spec.depth import deep_extends, deep_parents
from seedengine.spec.expressions import ExpressionsOfDocument, TooManyExpressions
from seedengine.spec.extends import Origins, resolve
from seedengine.spec.facts import Facts
from seedengine.spec.faults import diagnose, place_of
from seedengine.spec.generators import Choice, Constant, Cycle
from seedengine.spec.model import Spec
from seedengine.spec.profiles import AS_WRITTEN, LoadOptions, check_profiles, resized
from seedengine.spec.rowsfiles import read_files
from seedengine.spec.source import Document, Source, compose, read
from seedengine.spec.walk import Place, walk


@dataclass(frozen=True)
class Loaded:
    """What a document says, with `extends` resolved, and what is to be said of it.

    `spec` is complete only where no fault is among the diagnostics; its counts are those of the `options`.
    """

    spec: Spec
    document: Document
    origins: Origins
    diagnostics: tuple[Diagnostic, ...]
    path: Path
    options: LoadOptions = AS_WRITTEN

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop nothing."""
        return tuple(each for each in self.diagnostics if each.severity == "warning")

    @property
    def faults(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop everything."""
        return tuple(each for each in self.diagnostics if each.severity == "error")

    def adding(self, diagnostics: Iterable[Diagnostic]) -> Loaded:
        """The same with more diagnostics."""
        return replace(self, diagnostics=in_order([*self.diagnostics, *diagnostics]))


def examine(path: Path, facts: Facts, options: LoadOptions = AS_WRITTEN) -> Loaded:
    """The spec of a file, in the size that is asked for, and what the text of it shows.

    Raises InvalidCall when the file cannot be read or has no such profile, InvalidSpec when too little of it is well
    formed to look further.
    """
    return examine_source(read(path), path, facts, options)


def examine_source(source: Source, path: Path, facts: Facts, options: LoadOptions = AS_WRITTEN) -> Loaded:
    """The spec of a text and what it shows; raises InvalidSpec as `examine` does."""
    document = compose(source)
    spec, faults, places = _validate(document)
    if spec is None:
        raise InvalidSpec(in_order(faults))
    if deep := deep_extends(spec, document):
        raise InvalidSpec(in_order([*faults, *deep]))
    spec, origins, extending, unresolved = resolve(spec, document)
    if deep := deep_parents(spec, document):
        raise InvalidSpec(in_order([*faults, *extending, *deep]))
    faulty = unresolved | {str(found[1]) for found in places if len(found) == 3 and found[0] == "entities"}
    spec = _with_locales(spec)
    spec, unread = read_files(spec, document, origins, path.parent, facts)
    if unread:  # of what columns there are, nothing is known
        raise InvalidSpec(in_order([*faults, *extending, *unread]))
    profiles = check_profiles(spec, document)
    if not faults:
        spec = resized(spec, options)
    filtering = not any(found[:1] == ("cleanup",) for found in places)
    checked = check(spec, document, origins, facts, faulty, filtering=filtering)
    found = in_order([*faults, *extending, *profiles, *checked])
    return Loaded(spec, document, origins, found, path, options)


def _with_locales(spec: Spec) -> Spec:
    """A locale that is computed as that of every entity without its own: the names in it are those of its rows."""
    if spec.locale is None or all(isinstance(node, Constant | Choice | Cycle) for _, node in walk(spec.locale)):
        return spec
    entities = {
        name: each if each.locale is not None else each.model_copy(update={"locale": spec.locale})
        for name, each in spec.entities.items()
    }
    return spec.model_copy(update={"entities": entities})


def _validate(document: Document) -> tuple[Spec | None, list[Diagnostic], list[Place]]:
    """The model of a document, its faults and their places; where values are wrong, the model of all the rest of it.

    Raises InvalidSpec where there are too many expressions in it.
    """
    expressions = ExpressionsOfDocument()
    try:
        try:
            return Spec.model_validate(document.data, context=expressions), [], []
        except ValidationError as error:
            errors = error.errors(include_url=False)
            places = [place_of(each) for each in errors]
            faults = [diagnose(each, place, document) for each, place in zip(errors, places, strict=True)]
        try:
            return Spec.model_validate(_without(document.data, places), context=expressions), faults, places
        except ValidationError:
            return None, faults, places
    except TooManyExpressions as error:
        location = document.location(("entities",), key=True)
        help = "write what is the same in the same way, or share it by `extends`"
        raise InvalidSpec([Diagnostic("S006", str(error), location, help)]) from None


def _without(data: Mapping[Any, Any], places: list[Place]) -> Any:
    """The document with something harmless for every field, `let` and quantity that has a fault in it.

    Other faulty keys are left out.
    """
    pruned = dict(data)
    own = {id(pruned)}
    for found in places:
        depth, harmless = (
            _STANDS_IN.get(str(found[2]), (len(found), _NOTHING)) if _in_entity(found) else (len(found), _NOTHING)
        )
        holder: Any = pruned
        for key in found[: depth - 1]:
            holder = _own_part(holder, key, own) if isinstance(holder, dict) else None
        if not found or len(found) < depth or not isinstance(holder, dict) or found[depth - 1] not in holder:
            continue
        if harmless is _NOTHING:
            del holder[found[depth - 1]]
        else:
            holder[found[depth - 1]] = harmless
    return pruned


def _own_part(holder: dict[Any, Any], key: object, own: set[int]) -> object:
    """What stands at a key, as a mapping that may be changed: one of the document's is copied when it is first met."""
    part = holder.get(key)
    if isinstance(part, dict) and id(part) not in own:
        part = holder[key] = dict(part)
        own.add(id(part))
    return part


_NOTHING = object()

_UNKNOWN = {"expr": "null"}
"""A value of which no check knows anything, so that none says more of it."""

_STANDS_IN: Mapping[str, tuple[int, object]] = {
    "fields": (4, _UNKNOWN),
    "let": (4, _UNKNOWN),
    "count": (3, 1),
    "per": (4, 1),
}
"""For keys of an entity: how deep the value lies that is replaced, and by what."""


def _in_entity(place: Place) -> bool:
    return len(place) > 2 and place[0] == "entities"


def in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each once, in the order of the text."""

    def where(diagnostic: Diagnostic) -> tuple[int, int, str]:
        location = diagnostic.location
        return (location.line, location.column, diagnostic.code) if location else (0, 0, diagnostic.code)

    return tuple(sorted(dict.fromkeys(found), key=where))
