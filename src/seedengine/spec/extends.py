"""`extends`: an entity takes over what it does not state, the table too."""

from __future__ import annotations

from collections.abc import Mapping

from seedengine.diagnostics import Candidates, Diagnostic
from seedengine.spec.generators import Constant, Cycle
from seedengine.spec.model import Entity, Spec
from seedengine.spec.source import Document
from seedengine.spec.volume import Volume
from seedengine.spec.walk import Place

Origins = Mapping[str, Mapping[tuple[str, str], str]]
"""For each entity, the entity that declares a key or a value: ("fields", name), ("let", name), ("", key)."""

SOURCES = ("count", "per", "sample", "cross", "rows")
"""The keys that say where rows come from; stating one of them replaces all of what an extended entity says of it."""

NULL = Constant(None)

_SOURCE_OPTIONS = ("share", "name", "where")


def resolve(spec: Spec, document: Document) -> tuple[Spec, Origins, list[Diagnostic], set[str]]:
    """The spec with every `extends` taken in, and where each part was declared.

    Besides, the faults of `extends` itself, and the entities that have one: they may lack what they should take over.
    Raises InvalidSpec where it all would be too much.
    """
    resolved: dict[str, Entity] = {}
    origins: dict[str, dict[tuple[str, str], str]] = {}
    faults: list[Diagnostic] = []
    unresolved: set[str] = set()
    known = Candidates(spec.entities)
    volume = Volume(document)

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in resolved:
            return
        entity = spec.entities[name]
        base = entity.extends
        if base is not None and base not in spec.entities:
            faults.append(_unknown(base, name, known, document))
            unresolved.add(name)
            base = None
        if base is not None and base in (*path, name):
            circle = (*path, name)[(*path, name).index(base) :]
            shown = " → ".join(f"`{each}`" for each in (*circle, base))
            location = document.location(("entities", name, "extends"))
            faults.append(Diagnostic("S206", f"entities extend each other: {shown}", location, "let one stand alone"))
            unresolved.update(circle)
            base = None
        if base is not None:
            visit(base, (*path, name))
        resolved[name], origins[name] = _merge(name, entity, base, resolved, origins)
        volume.add_taken_over(name, resolved[name], origins[name])
        volume.add_empty_cells(name, resolved[name], origins[name])

    for name in spec.entities:
        visit(name, ())
    entities = {name: _with_cells(resolved[name]) for name in spec.entities}
    return spec.model_copy(update={"entities": entities}), origins, faults, unresolved


def _merge(
    name: str,
    entity: Entity,
    base_name: str | None,
    resolved: Mapping[str, Entity],
    origins: Mapping[str, Mapping[tuple[str, str], str]],
) -> tuple[Entity, dict[tuple[str, str], str]]:
    stated = entity.model_fields_set
    own = {("", key): name for key in stated}
    own |= {("fields", field): name for field in entity.fields} | {("let", field): name for field in entity.let}
    if base_name is None:
        table = entity.table if "table" in stated else name
        return entity.model_copy(update={"table": table}), own
    base = resolved[base_name]
    inherited = set(Entity.model_fields) - stated - {"extends", "fields", "let"}
    if any(source in stated for source in SOURCES):
        inherited -= {*SOURCES, *_SOURCE_OPTIONS}
    update = {key: getattr(base, key) for key in inherited}
    update["let"] = {**base.let, **entity.let}
    update["fields"] = {**base.fields, **entity.fields}
    return entity.model_copy(update=update), {**origins[base_name], **own}


def _with_cells(entity: Entity) -> Entity:
    """Hand-written rows as fields: each column holds its cells in turn, and what `fields` says where a row has none."""
    if not isinstance(entity.rows, tuple) or not entity.rows:
        return entity
    columns = dict.fromkeys(column for row in entity.rows for column in row)
    cells = {
        column: Cycle.model_construct(
            values=tuple(row.get(column, entity.fields.get(column, NULL)) for row in entity.rows)
        )
        for column in columns
    }
    return entity.model_copy(update={"fields": {**cells, **{k: v for k, v in entity.fields.items() if k not in cells}}})


def declared(origins: Origins, entity: str, kind: str, name: str) -> Place:
    """The place in the document where a part of an entity is declared."""
    owner = origins[entity].get((kind, name), entity)
    return ("entities", owner, kind, name) if kind else ("entities", owner, name)


def _unknown(base: str, name: str, known: Candidates, document: Document) -> Diagnostic:
    near = known.closest(base, without=name)
    help = f"did you mean `{near}`?" if near else "name an entity of this spec"
    return Diagnostic("S201", f"unknown entity `{base}`", document.location(("entities", name, "extends")), help)
