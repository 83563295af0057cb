"""Primary keys: of fields that exist and are never NULL, and that do not overlap between entities of one table."""

from bisect import bisect_left, bisect_right
from math import gcd
from typing import TypeGuard

from seedengine.spec.checks.findings import Findings
from seedengine.spec.extends import declared
from seedengine.spec.generators import Constant, Cycle, FileColumn, Generator, Sequence, Value
from seedengine.spec.sizes import domain_size, fewest_rows


def check_keys(findings: Findings) -> None:
    """Find keys of unknown fields, keys that may be NULL, and sequences that meet."""
    for entity, spec in findings.spec.entities.items():
        for position, field in enumerate(spec.key or ()):
            if field not in spec.fields:
                place = (*declared(findings.origins, entity, "", "key"), position)
                findings.error(
                    "S222", f"`{entity}` has no field `{field}`", place, findings.did_you_mean(field, spec.fields)
                )
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
    spans = _Spans()
    for entity in entities:
        numbers = _numbers(findings, entity, key)
        if numbers is None:
            continue
        for other, others in taken if spans.meet(numbers) else ():
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
        return _first_common(some[:100_000], others)
    few, many = (some, others) if isinstance(some, set) else (others, some)
    return next((each for each in few if each in many), None)


def _first_common(some: range, others: range) -> int | None:
    """The first number of one that is in the other, by arithmetic."""
    divisor, distance = gcd(some.step, others.step), others[0] - some[0]
    if distance % divisor:
        return None
    turn = abs(others.step) // divisor
    first = distance // divisor * pow(some.step // divisor, -1, turn) % turn
    ends = sorted(
        (-(-(each - some[0]) // some.step), (each - some[0]) // some.step) for each in (others[0], others[-1])
    )
    low, high = max(0, ends[0][0]), min(len(some) - 1, ends[1][1])
    position = first + -(-(low - first) // turn) * turn
    return some[position] if position <= high else None


class _Spans:
    """From where to where the keys of entities go, so that those far from all others need not be compared."""

    def __init__(self) -> None:
        self._lows: list[float] = []
        self._highs: list[float] = []
        self._others: set[object] = set()

    def meet(self, numbers: set[object] | range) -> bool:
        """Whether keys may be among those of before, which they belong to from now on."""
        ends = [numbers[0], numbers[-1]] if isinstance(numbers, range) else [each for each in numbers if _ordered(each)]
        others = set() if isinstance(numbers, range) else {each for each in numbers if not _ordered(each)}
        near = bool(ends) and self._span(min(ends), max(ends))
        met = near or not self._others.isdisjoint(others)
        self._others |= others
        return met

    def _span(self, low: float, high: float) -> bool:
        """Take in a span, one with those that it touches."""
        start, stop = bisect_left(self._highs, low), bisect_right(self._lows, high)
        met = start < stop
        if met:
            low, high = min(low, self._lows[start]), max(high, self._highs[stop - 1])
        self._lows[start:stop], self._highs[start:stop] = [low], [high]
        return met


def _ordered(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float)
