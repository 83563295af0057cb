"""Names in expressions: every path leads to a value, every function exists."""

from seedengine.diagnostics import Diagnostic, InvalidSpec
from seedengine.spec.checks.findings import Findings, place_in
from seedengine.spec.expressions import Path
from seedengine.spec.extends import declared
from seedengine.spec.generators import Aggregate, Computed, Pick, Ref
from seedengine.spec.readings import Reader, Reading, children, named_values
from seedengine.spec.references import find_reference
from seedengine.spec.scope import BUILTINS, UnknownName
from seedengine.spec.walk import walk

MOST_READ = 200_000
"""So many fields are read by all expressions together: a name stands for one of each entity that it may mean."""

_RESERVED = (*BUILTINS, "i", "this")


def check_names(findings: Findings) -> None:
    """Find unknown and ambiguous names, unknown functions, and names that are taken.

    Raises InvalidSpec where there is too much to look up.
    """
    _taken(findings)
    read = 0
    for reading in findings.readings:
        for path in reading.expression.paths:
            read += _path(findings, reading, path)
            if read > MOST_READ:
                raise InvalidSpec([_too_many(findings, reading)])
        for call in reading.expression.functions:
            _function(findings, reading, call.name, call.offset, call.arguments)
    _as_of(findings)
    _aggregates(findings)


def _too_many(findings: Findings, reading: Reading) -> Diagnostic:
    message = f"expressions read more than {MOST_READ:,} fields, one of each entity that a name may mean"
    location = findings.document.location(place_in(findings.spec, reading.place))
    return Diagnostic("S006", message, location, "draw from fewer entities, or use fewer names of what is drawn")


def _path(findings: Findings, reading: Reading, path: Path) -> int:
    """Look a name up; of how many entities the field is that it means."""
    offset = reading.expression.offset(path)
    try:
        start, route = reading.reader.resolve(findings.scope, path)
    except UnknownName as error:
        code = "S203" if "could mean" in error.message else "S202"
        findings.error_within(code, error.message, reading.place, offset, error.help)
        return len(reading.reader.entities)
    only_counted = reading.place[-1] == "count" and reading.expression.path is not None
    if route.column is None and not only_counted:
        shown = ".".join(path)
        target = findings.scope.target(start[0], route.hops[-1]) if len(route.hops) == 1 else ()
        fields = findings.spec.entities[target[0]].fields if target else {}
        help = f"name a field of it: `{shown}.{next(iter(fields), 'id')}`"
        findings.error_within("S202", f"`{shown}` is a row, not a value", reading.place, offset, help)
    return len(start) + len(findings.scope.target_of(start, route.hops))


def _function(findings: Findings, reading: Reading, name: str, offset: int, arguments: int) -> None:
    known = findings.facts.functions
    if name not in known:
        help = findings.did_you_mean(name, known)
        findings.error_within("S204", f"unknown function `{name}`", reading.place, offset, help)
        return
    least, most = known[name]
    if arguments < least or (most is not None and arguments > most):
        takes = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} to {most}"
        message = f"`{name}` takes {takes} arguments, not {arguments}"
        findings.error_within("S204", message, reading.place, offset, "see the list of functions in the reference")


def _taken(findings: Findings) -> None:
    for entity, spec in findings.spec.entities.items():
        if entity in _RESERVED:
            findings.error(
                "S223",
                f"`{entity}` is a name that every row has",
                ("entities", entity),
                "rename the entity",
                key=True,
            )
        for name in spec.let:
            place = declared(findings.origins, entity, "let", name)
            if name in _RESERVED:
                findings.error("S223", f"`{name}` is a name that every row has", place, "rename it", key=True)
            if name in spec.fields:
                findings.error(
                    "S223",
                    f"`{name}` is both in `let` and in `fields`",
                    place,
                    "rename the one in `let`",
                    key=True,
                )


def _as_of(findings: Findings) -> None:
    if findings.spec.as_of is not None:
        return
    for reading in findings.readings:
        if ("as_of",) in reading.expression.paths:
            help = "give the spec an `as_of: 2026-01-01T00:00:00Z`, its only now"
            offset = reading.expression.offset(("as_of",))
            findings.error_within("S225", "the spec has no `as_of`", reading.place, offset, help)


def _aggregates(findings: Findings) -> None:
    for entity, spec in findings.spec.entities.items():
        for parent, quantity in (spec.per or {}).items():
            place = (*declared(findings.origins, entity, "", "per"), parent)
            for sub, node in walk(quantity):
                if isinstance(node, Aggregate):
                    _child(findings, (*place, *sub), node)
        for kind, name, value in named_values(findings.scope, entity):
            place = declared(findings.origins, entity, kind, name)
            for sub, node in walk(value):
                if isinstance(node, Aggregate):
                    _aggregate(findings, entity, (*place, *sub), node)
                if isinstance(node, Pick) and node.path.path is None:
                    findings.error(
                        "S202",
                        "`pick` takes a path",
                        (*place, *sub, "pick"),
                        "compute the object in a `let` and pick from that",
                    )


def _child(findings: Findings, place: tuple[str | int, ...], aggregate: Aggregate) -> Reader | None:
    """What an aggregate is over, which is a fault where it does not say so."""
    for position, name in enumerate(aggregate.of or ()):
        findings.unknown_entity(name, (*place, "of", position))
    child = children(aggregate, findings.scope)
    if child is None and not aggregate.of:
        help = "name its fields as `child.field`, or say `of: child`"
        findings.error("S226", "the aggregate does not say over which entity it is", (*place, "aggregate"), help)
    return child


def _aggregate(findings: Findings, entity: str, place: tuple[str | int, ...], aggregate: Aggregate) -> None:
    child = _child(findings, place, aggregate)
    for name in child.entities if child else ():
        if aggregate.via is not None:
            _via(findings, entity, name, place, aggregate.via)
        elif entity not in findings.scope.ancestors(name):
            message = f"rows of `{name}` do not stand under `{entity}`"
            help = f"say by which field they refer to it: `via: …`, a `ref` to `{entity}`"
            findings.error("S226", message, (*place, "aggregate"), help)


def _via(findings: Findings, entity: str, child: str, place: tuple[str | int, ...], via: str) -> None:
    values = findings.spec.entities[child].fields
    if via not in values:
        findings.error("S202", f"`{child}` has no field `{via}`", (*place, "via"), findings.did_you_mean(via, values))
        return
    value = values[via]
    is_reference = isinstance(value, Ref) or (isinstance(value, Computed) and value.expression.path is not None)
    reference = find_reference(findings.scope, child, via) if is_reference else None
    if reference is None or entity not in reference.entities:
        message = f"`{child}.{via}` does not refer to `{entity}`"
        findings.error("S226", message, (*place, "via"), f"name a field that is a `ref` to `{entity}`")
