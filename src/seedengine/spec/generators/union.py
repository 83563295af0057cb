"""A value: a constant, a list of values, or exactly one of the generators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Discriminator, Tag, WithJsonSchema
from typing_extensions import TypeAliasType

from seedengine.diagnostics import closest
from seedengine.spec.generators import base, computed, drawn, related
from seedengine.spec.generators.base import Array, Constant, Generator
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
from seedengine.spec.ranges import is_range
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


def _quantity(value: object) -> object:
    """A quantity as the value that it is short for."""
    if isinstance(value, bool) or value is None or isinstance(value, float | list):
        raise fault("S137", "expected a quantity", "for example `3`, `1..3`, or weights: `{0: 60%, 1..3: 40%}`")
    if isinstance(value, int):
        if value < 0:
            raise fault("S137", "a quantity is not below 0", "for example `3` or `1..3`")
        return value
    if isinstance(value, str):
        return {"int": value}
    if isinstance(value, dict) and not any(key in KINDS for key in value):
        amounts = [{"int": key} if is_range(key) else key for key in value]
        if not all(isinstance(each, dict) or (type(each) is int and each >= 0) for each in amounts):
            raise fault("S137", "the keys of a quantity are numbers or ranges", "for example `{0: 60%, 1..3: 40%}`")
        return {"choice": amounts, "weights": list(value.values())}
    return value


if TYPE_CHECKING:
    Value = Constant | Array | Generator
    Quantity = Constant | Generator
else:
    Value = TypeAliasType("Value", _union())
    Quantity = Annotated[
        Value,
        BeforeValidator(_quantity),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "integer", "minimum": 0},
                    {"type": "string", "pattern": r"^\s*[+-]?\d+\s*\.\.\s*[+-]?\d+\s*$"},
                    {"type": "object", "minProperties": 1},
                ],
                "description": "a number, a range, weights, or `{int: …, distribution: …}`",
            }
        ),
    ]

# The models of the other modules name `Value` in annotations that pydantic reads when the first spec is checked. One
# schema for all of them, built then, costs a third of one for each model, built here.
for _module in (base, computed, drawn, related):
    vars(_module).update(Value=Value, Quantity=Quantity)
