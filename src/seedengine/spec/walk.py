"""Everything inside a model with its place in the document: values, expressions and ranges at any depth."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from seedengine.spec.expressions import Expression
from seedengine.spec.generators import Array, Constant, Generator, Summary
from seedengine.spec.ranges import Range

Place = tuple[str | int, ...]
"""Keys and list indexes from the top of the document."""


def walk(node: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Yield `node` and everything in it, outermost first, each with its place.

    Values (Constant, Array, Generator), expressions and ranges are told apart by their class.
    """
    yield place, node
    yield from _inside(node, place)


def _inside(node: object, place: Place) -> Iterator[tuple[Place, object]]:
    if isinstance(node, Constant):
        return
    if isinstance(node, Array):
        yield from _inside(node.root, place)
    elif isinstance(node, Range):
        yield from _expression(node.low, (*place, "from"))
        yield from _expression(node.high, (*place, "to"))
    elif isinstance(node, Summary):
        yield from _expression(node.argument, (*place, node.function))
    elif isinstance(node, BaseModel):
        for name, key in _keys(type(node)):
            value = getattr(node, name)
            if value is not None:
                yield from _child(value, (*place, key))
    elif isinstance(node, dict):
        for entry, value in node.items():
            yield from _child(value, (*place, entry))
    elif isinstance(node, tuple):
        for position, value in enumerate(node):
            yield from _child(value, (*place, position))


@cache
def _keys(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """The attributes of a model, each with its key in the document."""
    return tuple((name, field.alias or name) for name, field in model.model_fields.items())


def _child(node: Any, place: Place) -> Iterator[tuple[Place, object]]:
    if isinstance(node, Constant | Generator | Array | Expression | Range):
        yield from walk(node, place)
    else:
        yield from _inside(node, place)


def _expression(node: object, place: Place) -> Iterator[tuple[Place, object]]:
    if isinstance(node, Expression):
        yield place, node
