"""The generator that calls a function of Python's, where the command line allows it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from seedengine.spec.generators.base import Generator, Value
from seedengine.spec.values import Name, SqlType, fault, shown_kind

_REFERENCE = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$"


def _reference(value: object) -> str:
    if not isinstance(value, str) or re.match(_REFERENCE, value) is None:
        message = f"expected a function of a module, found {shown_kind(value)}"
        raise fault("S231", message, 'write `python: "package.module:function"`')
    return value


class PythonCall(Generator):
    """What a Python function gives for whole columns; only with `--allow-python`."""

    reference: Annotated[
        str,
        Field(alias="python"),
        PlainValidator(_reference),
        WithJsonSchema({"type": "string", "pattern": _REFERENCE}),
    ]
    args: Annotated[dict[Name, Value], Field(description="columns that it is called with, by name")] = {}
    returns: Annotated[SqlType | None, Field(description="the type of its values; default: text")] = None

    @property
    def module(self) -> str:
        """The module of the function."""
        return self.reference.partition(":")[0]

    @property
    def function(self) -> str:
        """Its name there."""
        return self.reference.partition(":")[2]
