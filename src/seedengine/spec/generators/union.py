"""A value: a constant, a list of values, or exactly one of the generators."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Tag

from seedengine.diagnostics import closest
from seedengine.spec.generators import base
from seedengine.spec.generators.base import Array, Constant, Generator
from seedengine.spec.generators.called import PythonCall
from seedengine.spec.generators.computed import Computed, ListOf, Match, Object, Pick, TemplateText
from seedengine.spec.generators.drawn import (
    Bcrypt,
    Bool,
    Choice,
    Cuid,
    Cycle,
    Date,
    Datetime,
    Decimal,
    Faker,
    Float,
    Int,
    Sequence,
    Time,
    Ulid,
    Uuid,
    keyed_choice,
)
from seedengine.spec.generators.related import Aggregate, Ref
from seedengine.spec.values import fault

KINDS: dict[str, type[Generator]] = {
    "faker": Faker,
    "int": Int,
    "float": Float,
    "decimal": Decimal,
    "date": Date,
    "datetime": Datetime,
    "time": Time,
    "bool": Bool,
    "choice": Choice,
    "cycle": Cycle,
    "sequence": Sequence,
    "uuid": Uuid,
    "cuid": Cuid,
    "ulid": Ulid,
    "template": TemplateText,
    "expr": Computed,
    "match": Match,
    "pick": Pick,
    "object": Object,
    "list": ListOf,
    "ref": Ref,
    "aggregate": Aggregate,
    "bcrypt": Bcrypt,
    "python": PythonCall,
}
"""Every generator by the key that a spec names it with."""

CONSTANT, ARRAY = "<constant>", "<array>"


def _tag(value: object) -> str | None:
    """Tags stand in angle brackets, so that they can be told from the keys of a document in pydantic's places."""
    if isinstance(value, dict):
        return f"<{next(key for key in value if key in KINDS)}>"
    return ARRAY if isinstance(value, list | tuple) else CONSTANT


def _shape(value: object) -> object:
    """Refuse a mapping that is not exactly one generator, before the union is entered."""
    if not isinstance(value, dict):
        return value
    named = [key for key in value if key in KINDS]
    if len(named) == 1:
        return keyed_choice(value)
    if not named:
        raise _unknown(value)
    listed = " and ".join(f"`{key}`" for key in named)
    raise fault(
        "S104",
        f"{listed} are both generators",
        "a value has exactly one; a JSON constant is written as `{object: {…}}`",
    )


def _unknown(value: dict[Any, Any]) -> Exception:
    if not value:
        return fault("S103", "an empty mapping is no value", "name a generator, such as `{cuid: {}}`")
    key = str(next(iter(value)))
    near = closest(key, KINDS)
    constant = "a JSON constant is written as `{object: {…}}`"
    return fault("S103", f"unknown generator `{key}`", f"did you mean `{near}`?" if near else constant)


def _union() -> Any:
    members: Any = Annotated[Constant, Tag(CONSTANT)] | Annotated[Array, Tag(ARRAY)]
    for key, model in KINDS.items():
        members = members | Annotated[model, Tag(f"<{key}>")]
    return Annotated[members, Discriminator(_tag), BeforeValidator(_shape)]


# The models name `Value` before its members are there. What it stands for is looked up when the first spec is checked,
# which builds one schema for all of them.
base.EveryValue = _union()
