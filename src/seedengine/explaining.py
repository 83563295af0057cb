"""A value that could not be made, as a diagnostic at its place in the document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seedengine.diagnostics import Diagnostic, InvalidSpec
from seedengine.spec.checks import place_in
from seedengine.spec.extends import declared
from seedengine.spec.load import Loaded
from seedengine.spec.scope import Scope
from seedengine.spec.walk import Place

if TYPE_CHECKING:
    from seedengine.generation.faults import GenerationFault


def diagnose_fault(loaded: Loaded, fault: GenerationFault) -> Diagnostic:
    """The fault at its place in the document, naming entity and row where a row is to blame."""
    place = place_in(loaded.spec, _place(loaded, fault))
    location = loaded.document.location_within(place, fault.offset) if fault.offset else loaded.document.location(place)
    field = f".{fault.node}" if fault.node and not fault.node.startswith("@") else ""
    where = f"row {fault.row} of `{fault.entity}{field}`: " if fault.row is not None else ""
    code = fault.code or ("S230" if fault.row is not None else "S229")
    return Diagnostic(code, where + fault.message, location, fault.help)


def _place(loaded: Loaded, fault: GenerationFault) -> Place:
    """Where the value stands: a field, a `let`, a ref that drew a row, or what says which rows there are."""
    spec = loaded.spec.entities[fault.entity]
    if not fault.node:
        owner = loaded.origins[fault.entity].get(("", str(fault.place[0])), fault.entity)
        return ("entities", owner, *fault.place)
    node = fault.node
    if node.startswith("@"):
        node = Scope(loaded.spec).draws(fault.entity)[node.removeprefix("@")].fields[0]
    kind = "let" if node in spec.let else "fields" if node in spec.fields else ""
    return (*declared(loaded.origins, fault.entity, kind, node), *fault.place)


@contextmanager
def explaining(loaded: Loaded) -> Iterator[None]:
    """Turn a value that cannot be made into an InvalidSpec."""
    from seedengine.generation.faults import GenerationFault

    try:
        yield
    except GenerationFault as fault:
        raise InvalidSpec([diagnose_fault(loaded, fault)]) from None
