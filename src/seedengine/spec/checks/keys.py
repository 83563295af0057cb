"""Primary keys: of fields that exist and are never NULL, and that do not overlap between entities of one table."""

from seedengine.spec.checks.findings import Findings, did_you_mean
from seedengine.spec.extends import declared
from seedengine.spec.generators import Constant, Cycle, FileColumn, Generator, Sequence, Value
from seedengine.spec.sizes import domain_size, fewest_rows


def check_keys(findings: Findings) -> None:
    """Find keys of unknown fields, keys that may be NULL, and sequences that meet."""
    for entity, spec in findings.spec.entities.items():
        for position, field in enumerate(spec.key or ()):
            if field not in spec.fields:
                place = (*declared(findings.origins, entity, "", "key"), position)
                findings.error("S222", f"`{entity}` has no field `{field}`", place, did_you_mean(field, spec.fields))
        for field in findings.scope.key(entity):
            value = spec.fields.get(field)
            if value is not None and may_be_null(value):
                place = declared(findings.origins, entity, "fields", field)
                findings.error(
                    "S222",
                    f"`{field}` is a key and may be NULL",
                    place,
                    "a key has a value in every row",
                    key=True,
                )
        _big_enough(findings, entity)
        if spec.table is not None and not spec.fields:
            findings.error(
                "S205",
                f"`{entity}` has no fields",
                ("entities", entity),
                "give it `fields`, or `table: null`",
                key=True,
            )
    for table, entities in findings.scope.tables.items():
        keys = {findings.scope.key(entity) for entity in entities}
        if len(keys) > 1:
            place = ("entities", entities[-1])
            message = f"the entities of table `{table}` have different keys"
            findings.error("S222", message, place, "give them all the same `key`", key=True)
        elif len(next(iter(keys), ())) == 1:
            _overlaps(findings, table, entities, next(iter(keys))[0])


def _big_enough(findings: Findings, entity: str) -> None:
    """A key of one field needs as many values as there are rows."""
    key, rows = findings.scope.key(entity), fewest_rows(findings.scope, entity)
    value = findings.spec.entities[entity].fields.get(key[0]) if len(key) == 1 else None
    size = domain_size(value) if value is not None else None
    if size is not None and size < rows and not getattr(value, "unique", None):
        place = declared(findings.origins, entity, "fields", key[0])
        message = f"{size} different values cannot be the keys of {rows} rows"
        findings.error("S212", message, place, "widen the values, or have fewer rows", key=True)


def may_be_null(value: Value) -> bool:
    """Whether the modifiers of a value, or a constant NULL, leave rows without one."""
    if isinstance(value, Constant):
        return value.root is None
    if isinstance(value, Cycle):
        return any(may_be_null(each) for each in value.values)
    if isinstance(value, FileColumn):
        return value.has_empty and (value.missing is None or may_be_null(value.missing))
    return isinstance(value, Generator) and bool(value.nulls or (value.when is not None and value.otherwise is None))


def _overlaps(findings: Findings, table: str, entities: tuple[str, ...], key: str) -> None:
    """Numbers of two entities of one table that meet."""
    taken: list[tuple[str, set[object] | range]] = []
    for entity in entities:
        numbers = _numbers(findings, entity, key)
        if numbers is None:
            continue
        for other, others in taken:
            common = _common(numbers, others)
            if common is not None:
                place = declared(findings.origins, entity, "fields", key)
                message = f"`{key}` {common} is in `{other}` and in `{entity}`, both of table `{table}`"
                findings.error("S222", message, place, "start the sequence past the other's last number", key=True)
                break
        taken.append((entity, numbers))


def _numbers(findings: Findings, entity: str, key: str) -> set[object] | range | None:
    value = findings.spec.entities[entity].fields.get(key)
    rows = fewest_rows(findings.scope, entity)
    if isinstance(value, Sequence) and value.step and rows:
        return range(value.start, value.start + rows * value.step, value.step)
    if isinstance(value, Cycle) and all(isinstance(each, Constant) for each in value.values):
        return {each.root for each in value.values if isinstance(each, Constant)}
    return None


def _common(some: set[object] | range, others: set[object] | range) -> object | None:
    """One number that is in both, or None."""
    if isinstance(some, range) and isinstance(others, range):
        if abs(some.step) == 1 and abs(others.step) == 1:
            (bottom, top), (other_bottom, other_top) = (sorted((each[0], each[-1])) for each in (some, others))
            low, high = max(bottom, other_bottom), min(top, other_top)
            return low if low <= high else None
        return next((number for number in some[:100_000] if number in others), None)
    few, many = (some, others) if isinstance(some, set) else (others, some)
    return next((each for each in few if each in many), None)
