"""Refs: to entities and fields that exist, each to one row that is meant."""

from collections.abc import Iterator

from seedengine.spec.checks.findings import Findings
from seedengine.spec.conditions import conjuncts, equality
from seedengine.spec.expressions import Expression
from seedengine.spec.extends import declared
from seedengine.spec.generators import ListOf, Ref
from seedengine.spec.readings import THIS, named_values
from seedengine.spec.scope import Draw, UnknownName, has_options
from seedengine.spec.sizes import fewest_rows
from seedengine.spec.walk import Place, beneath, walk

Use = tuple[str, Place, Ref, bool]
"""A ref in an entity: the field it serves, its place, itself, whether it stands within a `list`."""


def check_references(findings: Findings) -> None:
    """Find refs to nothing, refs that could mean two rows, and conditions that cannot be met."""
    for entity in findings.spec.entities:
        refs = [*_refs(findings, entity)]
        uses = [use for use in refs if _target(findings, use)]
        _taken_twice(findings, uses)
        for use in uses:
            _row_above(findings, entity, use)
            _options(findings, entity, use)
        _names(findings, entity, refs)


def _refs(findings: Findings, entity: str) -> Iterator[Use]:
    for kind, name, value in named_values(findings.scope, entity):
        place = declared(findings.origins, entity, kind, name)
        lists: set[Place] = set()
        for sub, node in walk(value):
            if isinstance(node, ListOf):
                lists.add((*sub, "list"))
            if isinstance(node, Ref):
                yield name, (*place, *sub), node, beneath(sub, lists) is not None


def _target(findings: Findings, use: Use) -> bool:
    """Whether a ref leads to fields that exist."""
    _, place, ref, _ = use
    where = (*place, "ref")
    if any(findings.unknown_entity(name, where) for name in ref.entities):
        return False
    if len(ref.target) > 1 and any("." in target for target in ref.target):
        findings.error("S209", "a ref to several entities takes their key", where, "name the entities alone")
        return False
    for name in ref.entities:
        entity = findings.spec.entities[name]
        if ref.column is not None and ref.column not in entity.values:
            help = findings.did_you_mean(ref.column, entity.values)
            findings.error("S202", f"`{name}` has no field `{ref.column}`", where, help)
            return False
        key = findings.scope.key(name)
        if ref.column is None and len(key) != 1:
            message = f"`{name}` has no key" if not key else f"the key of `{name}` has {len(key)} fields"
            field = next(iter(entity.fields), "field")
            findings.error(
                "S209", message, where, f"say which field is meant: `{{ref: {name}.{(key or (field,))[0]}}}`"
            )
            return False
    if len(ref.entities) > 1 and ref.name is None:
        findings.error("S209", "a ref to several entities has no name of its own", where, "name its row with `as:`")
        return False
    return True


def _taken_twice(findings: Findings, uses: list[Use]) -> None:
    """Two fields that take the same field of a row without `as` were hardly meant to be equal."""
    first: dict[tuple[str, ...], str] = {}
    for field, place, ref, in_list in uses:
        if ref.name is not None or in_list:
            continue
        taken = (*ref.entities, ref.column or findings.scope.key(ref.entities[0])[0])
        if first.setdefault(taken, field) != field:
            message = f"`{first[taken]}` and `{field}` take the same field of one row of `{ref.entities[0]}`"
            findings.error(
                "S209",
                message,
                (*place, "ref"),
                f"draw another with `as:`, or say `{{expr: {first[taken]}}}`",
            )


def _row_above(findings: Findings, entity: str, use: Use) -> None:
    """A row above may have drawn one of that entity: is that one meant, or another?"""
    _, place, ref, _ = use
    if ref.name is not None or findings.scope.drawn_name(entity, ref) is None:
        return
    for name, ways in findings.scope.ancestors(entity).items():
        for above in findings.scope.target_of((entity,), ways[0]):
            draw = findings.scope.drawing(above).get(ref.entities[0])
            if draw is not None:
                message = f"`{name}` above has drawn a row of `{ref.entities[0]}`: is it that one, or another?"
                field = draw.fields[0]
                help = f"say `{{expr: {name}.{field}}}` for that one, or add `as: another_{ref.entities[0]}`"
                findings.error("S210", message, (*place, "ref"), help)
                return


def _options(findings: Findings, entity: str, use: Use) -> None:
    _, place, ref, in_list = use
    drawn = findings.scope.drawn_name(entity, ref)
    if drawn is None and has_options(ref):
        help = "take the options away, or draw another row with `as:`"
        findings.error("S211", f"a row stands under its `{ref.entities[0]}`: nothing is drawn", (*place, "ref"), help)
    if ref.where is not None:
        _where(findings, (*place, "where"), ref.where)
    for position, name in enumerate(ref.distinct_from or ()):
        _distinct(findings, entity, (*place, "distinct_from", position), name)
    if ref.distribution is not None and ref.distribution.shape not in ("zipf", "weights"):
        help = "`{zipf: {s: 1.1}}` or `{weights: field}`"
        findings.error(
            "S211", f"candidates are not drawn by `{ref.distribution.shape}`", (*place, "distribution"), help
        )
    if ref.distribution is not None and ref.distribution.weights is not None:
        for name in ref.entities:
            values = findings.spec.entities[name].values
            if ref.distribution.weights not in values:
                help = findings.did_you_mean(ref.distribution.weights, values)
                message = f"`{name}` has no field `{ref.distribution.weights}`"
                findings.error("S202", message, (*place, "distribution"), help)
    if ref.unique is True and ref.where is None and drawn is not None:
        _enough_rows(findings, entity, place, ref)
    if in_list and (ref.unique or ref.distinct_from):
        help = "`unique` and `distinct_from` hold between rows: take the ref out of the list"
        findings.error("S211", "a ref within a list is drawn for each element alone", (*place, "ref"), help)


def _enough_rows(findings: Findings, entity: str, place: Place, ref: Ref) -> None:
    """Rows drawn without repeats: there must be as many."""
    counts = [findings.spec.entities[name].count for name in ref.entities]
    rows = fewest_rows(findings.scope, entity)
    if ref.nulls or ref.when or any(count is None for count in counts):
        return
    most = sum(count for count in counts if count is not None)
    if most < rows:
        message = f"{most} rows of {' and '.join(f'`{name}`' for name in ref.entities)} cannot be unique in {rows} rows"
        findings.error("S212", message, (*place, "unique"), "have more of them, or let the field be NULL with `nulls:`")


def _where(findings: Findings, place: Place, where: Expression) -> None:
    """Conditions on the row itself must be equalities, by which candidates can be grouped."""
    for part in conjuncts(where):
        if any(path[0] == THIS for path in part.paths) and equality(part, THIS) is None:
            help = "compare one expression of `this` with one of the candidate: `tenant_id = this.tenant_id`"
            offset = part.offset(next(path for path in part.paths if path[0] == THIS))
            findings.error_within("S211", "a condition on `this` is not an equality", place, offset, help)


def _distinct(findings: Findings, entity: str, place: Place, name: str) -> None:
    if name == THIS:
        return
    try:
        route = findings.scope.resolve(entity, tuple(name.split(".")), to_row=True)
    except UnknownName as error:
        findings.error("S202", error.message, place, error.help)
        return
    if route.column is not None:
        findings.error(
            "S211",
            f"`{name}` is a value, not a row",
            place,
            "name a row in scope, such as a parent or a ref's `as`",
        )


def _names(findings: Findings, entity: str, refs: list[Use]) -> None:
    """Refs that share a row share its options; a name that is drawn is no name of anything else."""
    sharing: dict[str | None, list[tuple[str, Ref]]] = {}
    for field, _, ref, in_list in refs:
        if not in_list:
            sharing.setdefault(findings.scope.drawn_name(entity, ref), []).append((field, ref))
    for draw in findings.scope.draws(entity).values():
        differing = _differing(draw, sharing.get(draw.name, []))
        if differing is not None:
            kind = "fields" if differing in findings.spec.entities[entity].fields else "let"
            place = declared(findings.origins, entity, kind, differing)
            message = f"`{draw.name}` is drawn in two ways, by `{draw.fields[0]}` and by `{differing}`"
            findings.error("S211", message, place, "say the options once, or draw another row with `as:`", key=True)


def _differing(draw: Draw, refs: list[tuple[str, Ref]]) -> str | None:
    """The field whose ref draws the same name with other options or from other entities."""
    first = None
    for field, ref in refs:
        if ref.entities != draw.ref.entities:
            return field
        options = (ref.where, ref.distinct_from, ref.distribution, ref.unique)
        if has_options(ref):
            if first is not None and first != options:
                return field
            first = options
    return None
