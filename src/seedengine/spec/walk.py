"""Everything inside a model with its place in the document: values, expressions and ranges at any depth."""

from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from seedengine.spec.expressions import Expression
from seedengine.spec.generators import Array, Constant, Generator, Summary
from seedengine.spec.ranges import Range

Place = tuple[str | int, ...]
"""Keys and list indexes from the top of the document."""

_Parts = list[tuple[Place, Any]]
_Treatment = tuple[bool, Callable[[Any, Place], _Parts] | None]


def walk(node: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Yield `node` and everything in it, outermost first, each with its place.

    Values (Constant, Array, Generator), expressions and ranges are told apart by their class.
    """
    yield place, node
    todo = _inside(node, place)[::-1]
    while todo:
        part = todo.pop()
        where, each = part
        is_part, opened = _treated(type(each))
        if is_part:
            yield part
        if opened is not None:
            todo += reversed(opened(each, where))


def beneath(place: Place, tops: Collection[Place]) -> Place | None:
    """The outermost of some places that a place is, or is within; None where there is none."""
    if not tops:
        return None
    return next((top for length in range(len(place) + 1) if (top := place[:length]) in tops), None)


def _inside(node: Any, place: Place) -> _Parts:
    _, opened = _treated(type(node))
    return [] if opened is None else opened(node, place)


_LEAVES = frozenset({type(None), str, bool, int, float})
"""Most of what stands in a model has nothing in it: it is told by its class before anything is made for it."""


def _treated(kind: type[Any]) -> _Treatment:
    """Whether things of a class are yielded, and how they are opened, where anything can be in them."""
    if kind not in _TREATED:
        _TREATED[kind] = _treat(kind)
    return _TREATED[kind]


def _treat(kind: type[Any]) -> _Treatment:
    is_part = issubclass(kind, Constant | Generator | Array | Expression | Range)
    if issubclass(kind, Constant):
        return is_part, None
    if issubclass(kind, Array):
        return is_part, lambda node, place: _of_list(node.root, place)
    return is_part, next((opened for opens, opened in _OPENED.items() if issubclass(kind, opens)), None)


def _of_range(node: Range, place: Place) -> _Parts:
    return _expression(node.low, (*place, "from")) + _expression(node.high, (*place, "to"))


def _of_summary(node: Summary, place: Place) -> _Parts:
    return _expression(node.argument, (*place, node.function))


def _of_model(node: BaseModel, place: Place) -> _Parts:
    held = node.__dict__
    return [
        ((*place, key), value)
        for name, key in _keys(type(node))
        if (value := held[name]) is not None and type(value) not in _LEAVES
    ]


def _of_mapping(node: dict[str | int, object], place: Place) -> _Parts:
    return [((*place, entry), value) for entry, value in node.items() if type(value) not in _LEAVES]


def _of_list(node: tuple[object, ...], place: Place) -> _Parts:
    return [((*place, position), value) for position, value in enumerate(node) if type(value) not in _LEAVES]


_TREATED: dict[type[Any], _Treatment] = {}
_OPENED: dict[type, Callable[[Any, Place], _Parts]] = {
    Range: _of_range,
    Summary: _of_summary,
    BaseModel: _of_model,
    dict: _of_mapping,
    tuple: _of_list,
}


@cache
def _keys(model: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """The attributes of a model, each with its key in the document."""
    return tuple((name, field.alias or name) for name, field in model.model_fields.items())


def _expression(node: object, place: Place) -> _Parts:
    return [(place, node)] if isinstance(node, Expression) else []
