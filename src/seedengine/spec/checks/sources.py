"""Where rows come from: exactly one source an entity, of entities that exist and do not stand under themselves."""

from seedengine.spec.checks.findings import Findings
from seedengine.spec.extends import SOURCES, declared
from seedengine.spec.model import Entity


def check_sources(findings: Findings) -> None:
    """Find entities without a source, with two, with unknown parents, or in a circle."""
    for name, entity in findings.spec.entities.items():
        if name not in findings.faulty:
            _one_source(findings, name, entity)
        _options(findings, name, entity)
        _parents_exist(findings, name, entity)
        if entity.sample and entity.per:
            _sampled_for(findings, name, entity)
    _circles(findings)


def _one_source(findings: Findings, name: str, entity: Entity) -> None:
    stated = [source for source in SOURCES if getattr(entity, source) is not None]
    if stated in (["sample"], ["per", "sample"]):
        if (entity.share is None) == (entity.per is None):
            place = declared(findings.origins, name, "", "sample")
            message = (
                f"`{name}` samples without saying how many"
                if entity.per is None
                else f"`{name}` samples by `share` and by `per`"
            )
            findings.error("S205", message, place, "give one of `share: 50%` and `per: {parent: 1..3}`", key=True)
        return
    if len(stated) == 1:
        return
    place = ("entities", name)
    if not stated:
        findings.error("S205", f"`{name}` does not say where its rows come from", place, _SOURCES_HELP, key=True)
    else:
        listed = " and ".join(f"`{source}`" for source in stated)
        findings.error(
            "S205",
            f"`{name}` has {listed}",
            declared(findings.origins, name, "", stated[1]),
            _SOURCES_HELP,
            key=True,
        )


_SOURCES_HELP = "give exactly one of `count`, `per`, `sample`, `cross` and `rows`"


def _options(findings: Findings, name: str, entity: Entity) -> None:
    def refuse(option: str, key: str, of: str) -> None:
        place = declared(findings.origins, name, "", key)
        findings.error("S205", f"`{key}` belongs to {of}", place, f"take `{option}` away, or say {of}", key=True)

    if entity.share is not None and not (entity.sample or entity.cross):
        refuse("share", "share", "`sample` or `cross`")
    if entity.name is not None and not entity.sample:
        refuse("as", "name", "`sample`")
    if entity.where is not None and not (entity.per or entity.sample or entity.cross):
        refuse("where", "where", "`per`, `sample` or `cross`")
    if entity.sample and len(entity.sample) > 1 and entity.name is None:
        place = declared(findings.origins, name, "", "sample")
        findings.error(
            "S205",
            "a sample of several entities has no name of its own",
            place,
            "name its row with `as:`",
            key=True,
        )


def _parents_exist(findings: Findings, name: str, entity: Entity) -> None:
    for parent in entity.per or {}:
        findings.unknown_entity(parent, (*declared(findings.origins, name, "", "per"), parent), key=True)
    for key, entities in (("sample", entity.sample), ("cross", entity.cross)):
        place = declared(findings.origins, name, "", key)
        for position, each in enumerate(entities or ()):
            findings.unknown_entity(each, (*place, position))
    if entity.cross and len(set(entity.cross)) < len(entity.cross):
        place = declared(findings.origins, name, "", "cross")
        findings.error(
            "S205",
            "`cross` names an entity twice",
            place,
            "a name means one row: extend the entity under another name",
        )


def _sampled_for(findings: Findings, name: str, entity: Entity) -> None:
    """Sampled rows are dealt out to the rows that they stand under, or drew."""
    for parent in entity.per or {}:
        for sampled in entity.sample or ():
            if parent not in findings.spec.entities or sampled not in findings.spec.entities:
                continue
            if parent not in findings.scope.ancestors(sampled) and parent not in findings.scope.draws(sampled):
                place = (*declared(findings.origins, name, "", "per"), parent)
                help = f"let `{sampled}` stand under `{parent}`, or draw one with `{{ref: {parent}}}`"
                findings.error("S205", f"rows of `{sampled}` have no `{parent}`", place, help, key=True)


def _circles(findings: Findings) -> None:
    """Each circle of entities that stand under each other, once, as a path."""
    seen: set[str] = set()
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = path[path.index(name) :]
            if not seen.issuperset(circle):
                seen.update(circle)
                shown = " → ".join(f"`{each}`" for each in (*circle, name))
                findings.error(
                    "S206",
                    f"entities stand under each other: {shown}",
                    ("entities", name),
                    "let one have a `count`",
                    key=True,
                )
            return
        if name in done:
            return
        for entities in findings.scope.parents(name).values():
            for each in entities:
                visit(each, (*path, name))
        done.add(name)

    for name in findings.spec.entities:
        if name not in seen:
            visit(name, ())
