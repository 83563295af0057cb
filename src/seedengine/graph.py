"""Two orders from one declaration: that of the tables by their foreign keys, that of the fields by what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from seedengine.catalog import Catalog, ForeignKey, Table
from seedengine.diagnostics import Diagnostic, Location
from seedengine.spec.expressions import Path
from seedengine.spec.extends import Origins, declared
from seedengine.spec.foreign_keys import foreign_keys
from seedengine.spec.generators import Aggregate, Faker, Ref, Value
from seedengine.spec.readings import THIS, Reading, children, named_values, readings
from seedengine.spec.references import find_reference
from seedengine.spec.scope import LOCALE, Route, Scope, UnknownName
from seedengine.spec.walk import Place, walk

Node = tuple[str, str]
"""(entity, field), (entity, "") for which rows there are, (entity, "@name") for the rows that a ref draws."""

Needs = Mapping[Node, list[Node]]
"""What every node needs."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Tables in the order of insertion, and fields in the order of evaluation.

    `later` names the columns of a table that are NULL at first and set once all tables are loaded, because their
    foreign key closes a circle.
    """

    tables: tuple[str, ...]
    fields: tuple[Node, ...]
    later: Mapping[str, tuple[str, ...]]


class CircularTables(Exception):
    """Tables that refer to each other by keys that can neither be NULL nor be deferred, as a closed path."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(" → ".join(path))
        self.path = path


def build_graph(scope: Scope, origins: Origins, catalog: Catalog | None = None) -> Graph:
    """Both orders; where a catalog is given, its foreign keys count too.

    Raises CircularTables, and graphlib's CycleError for fields (`circular_fields` has found these before).
    """
    order, later = _order_tables(scope, catalog)
    needs = needed_fields(scope, origins)
    known = set(needs)
    fields = tuple(node for node in _by_entity(TopologicalSorter(needs)) if node in known and _is_field(node))
    return Graph(order, fields, later)


def _by_entity(sorter: TopologicalSorter[Node]) -> Iterator[Node]:
    """An order that stays with an entity for as long as it can."""
    sorter.prepare()
    ready: list[Node] = []
    entity = ""
    while sorter.is_active():
        ready.extend(sorter.get_ready())
        node = next((each for each in ready if each[0] == entity), ready[0])
        ready.remove(node)
        sorter.done(node)
        entity = node[0]
        yield node


def circular_fields(scope: Scope, origins: Origins, needs: Needs) -> tuple[Place, str] | None:
    """The place of a field that needs itself, and the path of the circle; None where there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle: list[Node] = list(reversed(error.args[1]))
        entity, name = next((node for node in circle if _is_field(node)), circle[0])
        shown = " → ".join(f"`{_shown(node)}`" for node in circle)
        spec = scope.spec.entities[entity]
        if not _is_field((entity, name)):
            return ("entities", entity), shown
        kind = "let" if name in spec.let else "fields" if name in spec.fields else ""
        return declared(origins, entity, kind, name), shown
    return None


def deepest_field(scope: Scope, origins: Origins, needs: Needs) -> tuple[Place, int] | None:
    """The place of the field with the longest line of others before it, and the length of that line."""
    depth: dict[Node, int] = {}
    for node in TopologicalSorter(needs).static_order():
        depth[node] = 1 + max((depth[each] for each in needs.get(node, ())), default=0)
    fields = [node for node in depth if _is_field(node)]
    if not fields:
        return None
    entity, name = max(fields, key=depth.__getitem__)
    spec = scope.spec.entities[entity]
    kind = "let" if name in spec.let else "fields" if name in spec.fields else ""
    return declared(origins, entity, kind, name), depth[entity, name]


def _is_field(node: Node) -> bool:
    return node[1] != "" and not node[1].startswith("@")


def _shown(node: Node) -> str:
    entity, name = node
    return f"rows of {entity}" if not name else f"{entity}.{name.removeprefix('@')}"


# Tables


def _order_tables(scope: Scope, catalog: Catalog | None) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    keys = _all_keys(scope, catalog)
    later: dict[str, tuple[str, ...]] = {}
    while True:
        needs = {
            table: [key.target for key in own if key.target in keys and key.target != table]
            for table, own in keys.items()
        }
        try:
            return tuple(TopologicalSorter(needs).static_order()), later
        except CycleError as error:
            circle: list[str] = error.args[1]
            _break(scope, catalog, keys, later, list(reversed(circle)))


def _all_keys(scope: Scope, catalog: Catalog | None) -> dict[str, list[ForeignKey]]:
    from_spec = foreign_keys(scope)
    keys: dict[str, list[ForeignKey]] = {}
    for table in scope.tables:
        held = catalog.tables.get(table) if catalog else None
        keys[table] = list(held.foreign_keys) if held else []
        columns = {key.columns for key in keys[table]}
        keys[table] += [key for key in from_spec[table] if key.columns not in columns]
    return keys


def _break(
    scope: Scope,
    catalog: Catalog | None,
    keys: dict[str, list[ForeignKey]],
    later: dict[str, tuple[str, ...]],
    circle: list[str],
) -> None:
    """Take one key out of the circle: a deferrable one, else one whose columns may be NULL at first."""
    edges = [(table, key) for table, target in pairwise(circle) for key in keys[table] if key.target == target]
    for table, target in pairwise(circle):
        between = [key for own, key in edges if own == table and key.target == target]
        held = catalog.tables.get(table) if catalog else None
        if all(key.deferrable or held is None for key in between):
            keys[table] = [key for key in keys[table] if key not in between]
            return
        if held and all(key.deferrable or _may_wait(scope, held, key) for key in between):
            columns = [column for key in between if not key.deferrable for column in key.columns]
            later[table] = tuple(dict.fromkeys((*later.get(table, ()), *columns)))
            keys[table] = [key for key in keys[table] if key not in between]
            return
    raise CircularTables(tuple(circle))


def _may_wait(scope: Scope, held: Table, key: ForeignKey) -> bool:
    """Whether the columns of a key can be NULL at first: they are nullable, and the rows are found by another key."""
    if any(not scope.key(entity) or set(scope.key(entity)) & set(key.columns) for entity in scope.tables[held.name]):
        return False
    columns = [held.column(name) for name in key.columns]
    return all(column is not None and column.nullable for column in columns)


# Fields


def needed_fields(scope: Scope, origins: Origins) -> dict[Node, list[Node]]:
    """What every field, draw and set of rows needs, in the order of the spec."""
    by_node: dict[Node, list[Reading]] = {}
    for reading in readings(scope, origins):
        by_node.setdefault((reading.entity, reading.node), []).append(reading)
    needs: dict[Node, list[Node]] = {}
    for entity in scope.spec.entities:
        parents = [(each, "") for entities in scope.parents(entity).values() for each in entities]
        read = _read(scope, by_node.get((entity, ""), []))
        needs[entity, ""] = [*parents, *(node for node in read if node != (entity, ""))]
        drawing: dict[str, list[Node]] = {}
        for field in dict.fromkeys(field for draw in scope.draws(entity).values() for field in draw.fields):
            drawn_by = [each for each in by_node.get((entity, field), []) if _draws(each)]
            drawing[field] = list(dict.fromkeys(_read(scope, drawn_by)))
        for draw in scope.draws(entity).values():
            needs[entity, f"@{draw.name}"] = list(_draw_needs(scope, entity, draw.name, drawing))
        for _, name, value in named_values(scope, entity):
            own = [each for each in by_node.get((entity, name), []) if each.reader.this is None]
            needs[entity, name] = [(entity, ""), *_read(scope, own), *_value_needs(scope, entity, value)]
    return needs


def _draws(reading: Reading) -> bool:
    """Whether an expression says which row is drawn, or whether one is."""
    return reading.reader.this is not None or reading.place[-1] == "when"


def _draw_needs(scope: Scope, entity: str, name: str, drawing: Mapping[str, list[Node]]) -> Iterator[Node]:
    draw = scope.draws(entity)[name]
    yield (entity, "")
    yield from ((target, "") for target in draw.entities)
    for field in draw.fields:
        yield from drawing[field]
    for path in draw.ref.distinct_from or ():
        if path == THIS:
            continue
        yield from _along(scope, (entity,), tuple(path.split(".")))
    if isinstance(draw.ref.unique, tuple):
        yield from ((entity, field) for field in draw.ref.unique if field in scope.spec.entities[entity].values)
    if draw.ref.distribution is not None and draw.ref.distribution.weights is not None:
        yield from ((target, draw.ref.distribution.weights) for target in draw.entities)


def _value_needs(scope: Scope, entity: str, value: Value) -> Iterator[Node]:
    for _, node in walk(value):
        if isinstance(node, Ref):
            name = scope.drawn_name(entity, node)
            yield (entity, f"@{name}") if name in scope.draws(entity) else (entity, "")
            for target in node.entities:
                if target in scope.spec.entities:
                    column = node.column or next(iter(scope.key(target)), None)
                    yield (target, "") if column is None else (target, column)
        if isinstance(node, Aggregate):
            yield from _aggregate_needs(scope, node)
        if isinstance(node, Faker) and scope.spec.entities[entity].locale is not None:
            yield (entity, LOCALE)


def _aggregate_needs(scope: Scope, aggregate: Aggregate) -> Iterator[Node]:
    child = children(aggregate, scope)
    for name in child.entities if child else ():
        yield (name, "")
        reference = find_reference(scope, name, aggregate.via) if aggregate.via else None
        if reference is not None and reference.hops:
            yield from _walk(scope, (name,), Route(reference.hops))


def _read(scope: Scope, own: list[Reading]) -> Iterator[Node]:
    for reading in own:
        for path in reading.expression.paths:
            try:
                start, route = reading.reader.resolve(scope, path)
            except UnknownName:
                continue  # the checks have said so
            yield from _walk(scope, start, route)


def _along(scope: Scope, start: tuple[str, ...], path: Path) -> Iterator[Node]:
    try:
        route = scope.resolve_in(start, path, to_row=True)
    except UnknownName:
        return
    yield from _walk(scope, start, route)


def _walk(scope: Scope, start: tuple[str, ...], route: Route) -> Iterator[Node]:
    """What is needed to follow a route: the relations on the way, and the column at its end."""
    entities = start
    for hop in route.hops:
        for entity in entities:
            yield (entity, f"@{hop}") if hop in scope.draws(entity) else (entity, "")
        entities = scope.target_of(entities, (hop,))
    for entity in entities:
        values = scope.spec.entities[entity].values
        if route.column in values or (route.column == LOCALE and scope.spec.entities[entity].locale is not None):
            yield (entity, str(route.column))


def circular_tables(error: CircularTables, location: Location) -> Diagnostic:
    """A circle of tables that cannot be broken, as a diagnostic."""
    shown = " → ".join(f"`{table}`" for table in error.path)
    help = "let one of these foreign keys be nullable or DEFERRABLE"
    return Diagnostic("S208", f"tables refer to each other and none can come first: {shown}", location, help)
