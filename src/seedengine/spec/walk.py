"""Everything inside a model with its place in the document: values, expressions and ranges at any depth."""

from collections.abc import Iterator
from functools import cache

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
    todo: list[tuple[Place, object]] = [(place, node)]
    yield place, node
    while todo:
        where, each = todo.pop()
        if each is not node and isinstance(each, Constant | Generator | Array | Expression | Range):
            yield where, each
        todo += reversed(_inside(each, where))


def _inside(node: object, place: Place) -> list[tuple[Place, object]]:
    if isinstance(node, Constant):
        return []
    if isinstance(node, Array):
        return _inside(node.root, place)
    if isinstance(node, Range):
        return _expression(node.low, (*place, "from")) + _expression(node.high, (*place, "to"))
    if isinstance(node, Summary):
        return _expression(node.argument, (*place, node.function))
    if isinstance(node, BaseModel):
        values = ((key, getattr(node, name)) for name, key in _keys(type(node)))
        return [((*place, key), value) for key, value in values if value is not None]
    if isinstance(node, dict):
        return [((*place, entry), value) for entry, value in node.items()]
    return [((*place, position), value) for position, value in enumerate(node)] if isinstance(node, tuple) else []


@cache
def _keys(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """The attributes of a model, each with its key in the document."""
    return tuple((name, field.alias or name) for name, field in model.model_fields.items())


def _expression(node: object, place: Place) -> list[tuple[Place, object]]:
    return [(place, node)] if isinstance(node, Expression) else []
