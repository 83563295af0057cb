"""What Python's operations on texts, lists and random numbers make of grammars."""

import operator
import re
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Many
from functools import partial
from typing import Any

import polars as pl

from seedengine.generation.faker.drawn import Split, is_constant, is_text
from seedengine.generation.faker.grammar import (
    Choice,
    Elements,
    Made,
    Node,
    NotCompiled,
    Numbers,
    Sequence,
    literal,
    mapped,
    same,
    sequence,
)
from seedengine.generation.faker.lifting import lifted, outcomes
from seedengine.generation.faker.transformations import delete, lowered, uppered

# Formats of whole numbers that mean the same after `%` and to `format`.
_WHOLE = re.compile(r"(0[1-9][0-9]?)?[dxX]|0[1-9][0-9]?")
_FIELD = re.compile(r"%([0-9]*[sdxX])")


class RandomNumbers:
    """The random numbers of the generator."""

    def call(self, name: str, args: Many[Any], keywords: Mapping[str, Any]) -> Any:
        """What one of their methods draws."""
        if not all(map(is_constant, (*args, *keywords.values()))):
            raise NotCompiled("it draws between bounds that it draws")
        if name not in _RANDOM:
            raise NotCompiled(f"it draws by `{name}`")
        return _RANDOM[name](*args, **keywords)


def _choices(population: Any, weights: Any = None, *, k: int = 1) -> list[Node]:
    kept = [place for place in range(len(population)) if weights is None or weights[place] > 0]
    values = tuple(population[place] for place in kept)
    drawn = Elements(values, None if weights is None else tuple(weights[place] for place in kept))
    return [drawn] * k


_RANDOM: Mapping[str, Callable[..., Any]] = {
    "choice": lambda values: Elements(tuple(values)),
    "choices": _choices,
    "getrandbits": lambda count: Numbers(range(2**count)),
    "randint": lambda low, high: Numbers(range(low, high + 1)),
    "randrange": lambda *bounds: Numbers(range(*bounds)),
}


def as_text(value: Any) -> Node:
    """The grammar of `str(value)`; the same object if it is one of texts."""
    if isinstance(value, Numbers) and value.form is None:
        return Numbers(value.range, "d")
    if isinstance(value, Elements) and not all(isinstance(each, str) for each in value.values):
        return Elements(tuple(map(str, value.values)), value.weights)
    if isinstance(value, Made) and value.dtype != pl.String:
        if value.dtype != pl.Int64:
            raise NotCompiled("it writes out what is no whole number")
        return Made(lambda key, address: value.draw(key, address).cast(pl.String), pl.String())
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
    if known and (form[-1] not in "xX" or value.range[0] >= 0):
        return Numbers(value.range, form if form[-1] in "dxX" else f"{form}d")
    return lifted(partial(_format, form), [value])


def _format(form: str, value: Any) -> str:
    return format(value, form)


def percent(form: str, values: Many[Any]) -> Any:
    """`form % values`."""
    fields = _FIELD.findall(form)
    texts = _FIELD.sub("\0", form).split("\0")
    if len(fields) != len(values) or any("%" in text for text in texts):
        return lifted(lambda *drawn: form % drawn, values)
    parts: list[Any] = [texts[0]]
    for field, value, text in zip(fields, values, texts[1:], strict=True):
        if field[-1] == "s" and field != "s":
            raise NotCompiled("it formats in a way that is not known")
        parts += [formatted(value, "" if field == "s" else field), text]
    return joined(parts)


def joined(parts: Many[Any]) -> Node:
    """Texts one after the other."""
    return sequence([_node(each) for each in parts])


def join(separator: str, parts: Any) -> Node:
    """`separator.join(parts)`."""
    if isinstance(parts, Split):
        if separator:
            raise NotCompiled("it joins what it has taken apart")
        return delete(parts.separator)(parts.node)
    if isinstance(parts, Node):
        return _known_text(lifted(separator.join, [parts]))
    between: list[Any] = []
    for each in parts:
        between += [separator, each] if between else [each]
    return joined(between)


def _known_text(value: Any) -> Node:
    return value if isinstance(value, Node) else literal(value)


def item(value: Any, index: Any) -> Any:
    """`value[index]`."""
    if isinstance(value, Split) and index == 0:
        return value.pop(0)
    if isinstance(value, Split):
        return lifted(lambda text: text.split(value.separator)[index], [value.node])
    if isinstance(value, Node) or isinstance(index, Node):
        return lifted(operator.getitem, [value, index])
    return value[index]


def text_method(node: Node, name: str, args: Many[Any]) -> Any:
    """A method of texts, called on what is drawn."""
    match name, args:
        case "lower", []:
            return lowered(node)
        case "upper", []:
            return uppered(node)
        case "split", [str() as separator] if len(separator) == 1 and is_text(node):
            return Split(node, separator)
        case "replace", [str() as old, str() as new] if len(old) == 1 and is_text(node):
            return mapped(node, partial(_replaced, old=old, new=new))
        case "zfill", [int() as width] if isinstance(node, Numbers) and node.form == "d" and width < 100:
            return Numbers(node.range, f"0{width}d")
        case "capitalize", [] if isinstance(node, Sequence) and outcomes(node) is None:
            return _capitalized(node)
        case _:
            return lifted(partial(call_method, name), [node, *args])


# Methods of values that change nothing; all of texts are such.
_METHODS: Mapping[type, frozenset[str]] = {
    dict: frozenset({"copy", "get"}),
    list: frozenset({"copy", "count", "index"}),
    tuple: frozenset({"count", "index"}),
    re.Match: frozenset({"end", "group", "groups", "start"}),
    re.Pattern: frozenset({"findall", "fullmatch", "match", "search", "split", "sub"}),
}


def call_method(name: str, owner: Any, *args: Any) -> Any:
    """A method of a value that changes nothing; NotCompiled for another."""
    allowed = isinstance(owner, str) or any(isinstance(owner, each) and name in _METHODS[each] for each in _METHODS)
    if not allowed:
        raise NotCompiled(f"it calls `{name}`")
    return getattr(owner, name)(*args)


def _capitalized(node: Sequence) -> Node:
    """The first letter is that of the first part, if that is never empty."""
    if any(not text for text in _values(node.parts[0])):
        raise NotCompiled("it changes texts by `capitalize`")
    first = mapped(node.parts[0], str.capitalize)
    return sequence([first, *map(lowered, node.parts[1:])])


def _values(node: Node) -> Many[Any]:
    few = outcomes(node)
    if few is None:
        raise NotCompiled("it changes texts by `capitalize`")
    return few.values


def _replaced(text: str, old: str, new: str) -> str:
    return text.replace(old, new)


def _node(value: Any) -> Node:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Node) and is_text(value):
        return value
    raise NotCompiled("it puts together what is no text")
