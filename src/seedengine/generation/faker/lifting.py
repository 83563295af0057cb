"""Functions of values, made functions of what is drawn: applied to every value that it may be."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import prod
from typing import Any

from seedengine.generation.faker import grammar
from seedengine.generation.faker.drawn import is_constant
from seedengine.generation.faker.grammar import Choice, Elements, Node, NotCompiled, Numbers, chances
from seedengine.generation.faker.steps import take_step

# So many values of one draw are looked at one by one.
_FEW = 20_000


def outcomes(node: Node, most: int = _FEW) -> Elements | None:
    """All that a grammar may give, each once, with its chance; None where that is more than `most`, or not known."""
    found = _every(node, most)
    return None if found is None else _gathered(found)


def lifted(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """What a function of values gives, where any of them may be drawn; a constant where it gives but one value.

    NotCompiled where they are too many to look at.
    """
    if not all(isinstance(each, Node) or is_constant(each) for each in args):
        raise NotCompiled("it computes with what it draws")
    few = [outcomes(each) if isinstance(each, Node) else Elements((each,)) for each in args]
    known = [each for each in few if each is not None]
    if len(known) < len(few):
        return _over_choice(function, args, few.index(None))
    count = prod(len(each.values) for each in known)
    if count > _FEW:
        raise NotCompiled("it computes with what it draws")
    take_step(count)
    drawn = [list(zip(each.values, chances(len(each.values), each.weights), strict=True)) for each in known]
    return plainest(
        _gathered(
            (function(*(value for value, _ in values)), prod(chance for _, chance in values))
            for values in product(*drawn)
        )
    )


def _over_choice(function: Callable[..., Any], args: Sequence[Any], place: int) -> Any:
    """The function of each alternative of a choice that has too many values as a whole."""
    node = args[place]
    if not isinstance(node, Choice):
        raise NotCompiled("it computes with what it draws")
    before, after = args[:place], args[place + 1 :]
    if any(isinstance(each, Node) for each in (*before, *after)):
        raise NotCompiled("it computes with what it draws")
    results = [lifted(function, [*before, each, *after]) for each in node.alternatives]
    made = Choice(tuple(each if isinstance(each, Node) else Elements((each,)) for each in results), node.weights)
    return plainest(outcomes(made) or made)


def plainest(node: Node) -> Any:
    """A grammar, or the value if it gives but one."""
    return node.values[0] if isinstance(node, Elements) and len(node.values) == 1 else node


def _gathered(found: Iterable[tuple[Any, float]]) -> Elements:
    """Values and their chances as a list, equal ones together."""
    values: dict[Any, Any] = {}
    weights: dict[Any, float] = {}
    for value, chance in found:
        name = _name(value)
        values.setdefault(name, value)
        weights[name] = weights.get(name, 0.0) + chance
    return Elements(tuple(values.values()), tuple(weights.values()))


def _name(value: Any) -> Any:
    """What is equal for equal values of one type; values that cannot be compared are all different."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return type(value), value


def _every(node: Node, most: int) -> list[tuple[Any, float]] | None:
    if isinstance(node, Elements) and len(node.values) <= most:
        return list(zip(node.values, chances(len(node.values), node.weights), strict=True))
    if isinstance(node, Numbers) and len(node.range) <= most:
        texts = node.range if node.form is None else (format(each, node.form) for each in node.range)
        return [(each, 1 / len(node.range)) for each in texts]
    if isinstance(node, Choice):
        return _of_choice(node, most)
    return _of_sequence(node, most) if isinstance(node, grammar.Sequence) else None


def _of_choice(node: Choice, most: int) -> list[tuple[Any, float]] | None:
    every: list[tuple[Any, float]] = []
    for each, chance in zip(node.alternatives, chances(len(node.alternatives), node.weights), strict=True):
        found = _every(each, most - len(every))
        if found is None:
            return None
        every += [(value, chance * share) for value, share in found]
    return every


def _of_sequence(node: "grammar.Sequence", most: int) -> list[tuple[Any, float]] | None:
    texts: list[tuple[Any, float]] = [("", 1.0)]
    for part in node.parts:
        found = _every(part, most // len(texts))
        if found is None:
            return None
        texts = [(text + more, chance * share) for text, chance in texts for more, share in found]
    return texts
