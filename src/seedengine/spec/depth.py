"""How far entities stand under each other or extend each other, bounded before anything follows them."""

from collections.abc import Mapping, Sequence

from seedengine.diagnostics import Diagnostic
from seedengine.spec.model import Spec
from seedengine.spec.scope import parents_of
from seedengine.spec.source import Document

MOST_LEVELS = 50
"""So many entities may stand in a line, and as many behind those of a circle."""


def deep_extends(spec: Spec, document: Document) -> list[Diagnostic]:
    """The fault of entities that extend each other too many times."""
    bases = {name: (each.extends,) if each.extends else () for name, each in spec.entities.items()}
    return _deep(bases, "extend", document)


def deep_parents(spec: Spec, document: Document) -> list[Diagnostic]:
    """The fault of entities that stand too far under each other."""
    parents = {
        name: tuple(each for entities in parents_of(entity).values() for each in entities)
        for name, entity in spec.entities.items()
    }
    return _deep(parents, "stand under", document)


def _deep(above: Mapping[str, Sequence[str]], how: str, document: Document) -> list[Diagnostic]:
    deep = set(above)
    for _ in range(MOST_LEVELS):
        deep = {name for name in deep if any(each in deep for each in above[name])}
    if len(deep) < MOST_LEVELS:  # a circle, which others find, or none
        return []
    first = next(name for name in above if name in deep)
    message = f"entities {how} each other more than {MOST_LEVELS} deep"
    return [Diagnostic("S206", message, document.location(("entities", first), key=True), "let some stand alone")]
