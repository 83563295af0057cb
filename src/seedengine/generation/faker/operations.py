"""What Python's operations on texts, lists and random numbers make of grammars."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from seedengine.generation.faker.grammar import (
    Choice,
    Elements,
    Node,
    NotCompiled,
    Numbers,
    first_word,
    literal,
    mapped,
    same,
    sequence,
)
from seedengine.generation.faker.transformations import delete, lowered, uppered

# Formats of whole numbers that mean the same after `%` and to `format`.
_WHOLE = re.compile(r"(0[1-9][0-9]?)?[dxX]")
_FIELD = re.compile(r"%([0-9]*[sdxX])")


class Split:
    """A grammar of texts taken apart at each `separator`."""

    def __init__(self, node: Node, separator: str) -> None:
        self.node = node
        self.separator = separator

    def pop(self, position: int = -1) -> Node:
        """The first of the pieces."""
        if position != 0 or self.separator != " ":
            raise NotCompiled("it takes apart what it has put together")
        return first_word(self.node)


class RandomNumbers:
    """The random numbers of the generator."""

    def call(self, name: str, args: Sequence[Any]) -> Node:
        """What one of their methods draws."""
        if not all(map(is_constant, args)):
            raise NotCompiled("it draws between bounds that it draws")
        if name == "randint":
            return Numbers(range(args[0], args[1] + 1))
        if name == "randrange":
            return Numbers(range(*args))
        if name == "choice":
            return Elements(tuple(args[0]))
        raise NotCompiled(f"it draws by `{name}`")


def is_constant(value: Any) -> bool:
    """Whether nothing in a value is drawn."""
    if isinstance(value, list | tuple):
        return all(map(is_constant, value))
    return not isinstance(value, Node | Split)


def as_text(value: Any) -> Node:
    """The grammar of `str(value)`; the same object if it is one of texts."""
    if isinstance(value, Numbers) and value.form is None:
        return Numbers(value.range, "d")
    if isinstance(value, Elements) and not all(isinstance(each, str) for each in value.values):
        return Elements(tuple(map(str, value.values)), value.weights)
    if isinstance(value, Choice):
        alternatives = tuple(map(as_text, value.alternatives))
        return value if same(alternatives, value.alternatives) else Choice(alternatives, value.weights)
    if isinstance(value, Node):
        return value
    if not is_constant(value):
        raise NotCompiled("it writes out what it takes apart")
    return literal(str(value))


def formatted(value: Any, form: str) -> Any:
    """`format(value, form)`."""
    if is_constant(value):
        return format(value, form)
    if not form:
        return as_text(value)
    known = isinstance(value, Numbers) and value.form is None and _WHOLE.fullmatch(form)
    if known and (form[-1] == "d" or value.range[0] >= 0):
        return Numbers(value.range, form)
    raise NotCompiled("it formats in a way that is not known")


def percent(form: str, values: Sequence[Any]) -> Node:
    """`form % values`."""
    fields = _FIELD.findall(form)
    texts = _FIELD.sub("\0", form).split("\0")
    if len(fields) != len(values) or any("%" in text for text in texts):
        raise NotCompiled("it formats in a way that is not known")
    parts: list[Any] = [texts[0]]
    for field, value, text in zip(fields, values, texts[1:], strict=True):
        parts += [formatted(value, "" if field == "s" else field), text]
    return joined(parts)


def joined(parts: Sequence[Any]) -> Node:
    """Texts one after the other."""
    return sequence([_node(each) for each in parts])


def join(separator: str, parts: Any) -> Node:
    """`separator.join(parts)`."""
    if isinstance(parts, Split):
        if separator:
            raise NotCompiled("it joins what it has taken apart")
        return delete(parts.separator)(parts.node)
    if isinstance(parts, Node):
        raise NotCompiled("it joins what it draws")
    between: list[Any] = []
    for each in parts:
        between += [separator, each] if between else [each]
    return joined(between)


def item(value: Any, index: Any) -> Any:
    """`value[index]`."""
    if isinstance(value, Elements):
        return Elements(tuple(each[index] for each in value.values), value.weights)
    if isinstance(value, Node | Split):
        raise NotCompiled("it takes apart what it has put together")
    return value[index]


def text_method(node: Node, name: str, args: Sequence[Any]) -> Any:
    """A method of texts, called on what is drawn."""
    match name, args:
        case "lower", []:
            return lowered(node)
        case "upper", []:
            return uppered(node)
        case "split", [str() as separator] if len(separator) == 1:
            return Split(node, separator)
        case "replace", [str() as old, str() as new] if len(old) == 1:
            return mapped(node, partial(_replaced, old=old, new=new))
        case _:
            raise NotCompiled(f"it changes texts by `{name}`")


def _replaced(text: str, old: str, new: str) -> str:
    return text.replace(old, new)


def _node(value: Any) -> Node:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Node) and not (isinstance(value, Numbers) and value.form is None):
        return value
    raise NotCompiled("it puts together what is no text")
