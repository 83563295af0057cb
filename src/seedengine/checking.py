"""The last checks of a spec, which need to know how rows are made: circles, and types that do not fit."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from seedengine.diagnostics import Diagnostic, InvalidSpec, Refused
from seedengine.explaining import diagnose_fault, explaining
from seedengine.graph import Needs, circular_fields, deepest_field, needed_fields
from seedengine.spec.calls import python_calls
from seedengine.spec.checks import place_in
from seedengine.spec.cleanup import TableFilter
from seedengine.spec.extends import declared
from seedengine.spec.facts import FakerFacts, FileRows
from seedengine.spec.foreign_keys import foreign_keys
from seedengine.spec.generators import Faker
from seedengine.spec.load import Loaded, examine
from seedengine.spec.locales import locales_of
from seedengine.spec.matching import column_without_moment, row_matches
from seedengine.spec.profiles import AS_WRITTEN, LoadOptions
from seedengine.spec.scope import Scope
from seedengine.spec.sizes import rows_of_column, with_fewer_rows


class _Facts:
    """Functions of expressions and Faker's methods, loaded when a spec asks for them."""

    @cached_property
    def functions(self) -> Mapping[str, tuple[int, int | None]]:
        from seedengine.generation.expressions import function_names

        return function_names()

    @property
    def faker(self) -> FakerFacts:
        from seedengine.generation import faker

        return faker

    def read_rows(self, path: Path) -> FileRows:
        from seedengine.generation.tabular import read_table

        return read_table(path)


def load_spec(path: Path, options: LoadOptions = AS_WRITTEN) -> Loaded:
    """The checked spec of a file, in the size that is asked for.

    Raises InvalidCall when the file cannot be read or has no such profile, Refused when it names a Python function and
    that is not allowed, InvalidSpec with every fault of the document otherwise.
    """
    with _uncollected():
        loaded = examine(path, _Facts(), options)
        if not loaded.faults:
            loaded = loaded.adding(_python_faults(loaded))
        return _finish(loaded)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for circular garbage: a model is many objects that stay, gone through again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _python_faults(loaded: Loaded) -> Iterator[Diagnostic]:
    """Functions that are not there, each once; Refused, before anything is imported, where they may not be called."""
    calls = {call.reference: (place, call) for place, call in reversed([*python_calls(loaded.spec)])}
    if not calls:
        return
    if not loaded.options.allow_python:
        message = f"`{loaded.path}` wants to call Python: {', '.join(f'`{each}`' for each in reversed(calls))}"
        raise Refused(message, "for a spec that you trust with all that you may do yourself, say `--allow-python`")
    from seedengine.generation.python import import_function

    for place, call in calls.values():
        problem = import_function(call, loaded.path.parent)
        if problem is not None:
            location = loaded.document.location((*place_in(loaded.spec, place), "python"))
            yield Diagnostic("S231", problem.message, location, problem.help)


def _finish(loaded: Loaded) -> Loaded:
    """The last checks: circles among the fields and the tables, and types that do not fit."""
    scope = Scope(loaded.spec)
    needs = needed_fields(scope, loaded.origins)
    under_itself = any(each.code == "S206" for each in loaded.faults)
    circle = None if under_itself else circular_fields(scope, loaded.origins, needs)
    if circle is not None:
        place, shown = circle
        help = "let one of them come from something else"
        location = loaded.document.location(place, key=True)
        loaded = loaded.adding([Diagnostic("S207", f"a value needs itself: {shown}", location, help)])
    if not loaded.faults:
        loaded = loaded.adding(_long_chains(loaded, scope, needs))
    if not loaded.faults:
        loaded = loaded.adding(_type_faults(loaded))
    if not loaded.faults:
        loaded = loaded.adding(_small_domains(loaded, scope))
    if not loaded.faults:
        with explaining(loaded):
            loaded = loaded.adding(_unmatched_rows(loaded))
    if loaded.faults:
        raise InvalidSpec(loaded.diagnostics)
    return loaded


_LONGEST_CHAIN = 150
"""So many values may need each other, one by one: each is asked for by the one that needs it."""


def _long_chains(loaded: Loaded, scope: Scope, needs: Needs) -> Iterator[Diagnostic]:
    found = deepest_field(scope, loaded.origins, needs)
    if found is not None and found[1] > _LONGEST_CHAIN:
        place, depth = found
        message = f"a value needs {depth} others before it, one by one"
        location = loaded.document.location(place, key=True)
        yield Diagnostic("S207", message, location, f"at most {_LONGEST_CHAIN} may stand in such a line")


def _small_domains(loaded: Loaded, scope: Scope) -> Iterator[Diagnostic]:
    """Faker's methods whose values are too few to be unique in all rows."""
    for entity, spec in loaded.spec.entities.items():
        for name, value in spec.fields.items():
            if not isinstance(value, Faker) or value.unique is not True:
                continue
            from seedengine.generation import faker

            locale = next(iter(locales_of(scope, entity, value.locale)), "en_US")
            call, rows = (value.method, value.args, locale), rows_of_column(scope, entity, name)
            if not faker.holds(*call, rows):
                size = faker.domain(*call).size
                message = f"`{value.method}` has {size} different values in {locale}, too few for {rows} rows"
                place = (*declared(loaded.origins, entity, "fields", name), "unique")
                yield Diagnostic("S212", message, loaded.document.location(place), "take another method, or fewer rows")


def _type_faults(loaded: Loaded) -> Iterator[Diagnostic]:
    from seedengine.generation.entity import find_faults, open_empty_world
    from seedengine.generation.tables import DifferentColumns, table_types

    world = open_empty_world(loaded.spec)
    faults = list(find_faults(world))
    yield from (diagnose_fault(loaded, fault) for fault in faults)
    for table in () if faults else world.scope.tables:
        try:
            table_types(world, table)
        except DifferentColumns as error:
            place = declared(loaded.origins, error.entity, "fields", error.column)
            message = f"`{table}.{error.column}` is {error.before} in one entity and {error.own} in `{error.entity}`"
            help = "let them agree, with a cast in an `expr` where needed"
            yield Diagnostic("S228", message, loaded.document.location(place, key=True), help)


_SAMPLED_ROWS, _SAMPLED_IN_ALL, _COMPARED = 1000, 100_000, 1_000_000
"""So many rows are looked at of an entity and of all entities of a table, and so many times a condition is."""

_COUNTED_ROWS = 1_000_000
"""Before the first rows are made it is counted how many there are, which takes long for more than these."""


def _unmatched_rows(loaded: Loaded) -> Iterator[Diagnostic]:
    """Rows that the cleanup filter of their table does not match, where only the rows show it: the first ones tell."""
    filters = {table: entry for table, entry in loaded.spec.cleanup.items() if isinstance(entry, TableFilter)}
    if not filters:
        return
    from seedengine.generation.entity import make_rows, open_world
    from seedengine.generation.faults import GenerationFault

    fewer = with_fewer_rows(loaded.spec, _COUNTED_ROWS)
    if fewer is None:
        return
    world = open_world(fewer)
    keys = foreign_keys(world.scope)
    for table, entry in filters.items():
        entities = world.scope.tables.get(table, ())
        most = min(_SAMPLED_IN_ALL, _COMPARED // max(1, entry.conditions)) // max(1, len(entities))
        sampled = max(1, min(_SAMPLED_ROWS, most))
        hangs = any(key.target in loaded.spec.cleanup and key.target != table for key in keys.get(table, ()))
        for entity in () if hangs or entry.is_empty() else entities:
            spec = loaded.spec.entities[entity]
            named = dict.fromkeys(column for part in entry.parts() for column in part.columns)
            columns = tuple(column for column in named if column in spec.fields)
            if not columns:
                continue
            try:
                rows = make_rows(world, entity, 0, min(sampled, world.count(entity)), columns).to_dicts()
            except GenerationFault:
                if fewer is loaded.spec:
                    raise
                continue  # among fewer rows, one may be missing that there is among all of them
            for number, row in enumerate(rows, 1):
                help = _why_unmatched(row, entry)
                if help is not None:
                    message = f"the cleanup filter of `{table}` does not match row {number} of `{entity}`"
                    location = loaded.document.location(("entities", entity), key=True)
                    yield Diagnostic("S213", message, location, help)
                    break


def _why_unmatched(row: Mapping[str, object], entry: TableFilter) -> str | None:
    """What to do about a row that the filter does not match; None where it does."""
    column = column_without_moment(row, entry)
    if column is not None:
        return (
            f"`before` and `after` compare moments: let `{column}` be a date or a time such as `2025-01-31T08:00:00Z`"
        )
    if row_matches(row, entry):
        return None
    return "such rows would pile up with every run: let them fit the filter, or widen it"
