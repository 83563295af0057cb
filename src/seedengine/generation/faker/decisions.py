"""Code that decides by what it draws: carried out once for each value that it may have drawn.

Where code needs to know a value, one of those possible is assumed, and the code is carried out anew for each of the
others. What it gives then is a choice of what it gave each time, with the chances of the values.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

from seedengine.generation.faker.drawn import Outcomes, Split, is_constant
from seedengine.generation.faker.grammar import Choice, Elements, Node, NotCompiled, Numbers, Sequence, chances
from seedengine.generation.faker.lifting import outcomes

# So many values may those variables have together that one call of a method decides by.
_MOST_WAYS = 5_000
_TOO_MANY = "it decides by what it draws, in too many ways"


class Decisions:
    """What is assumed of the values that one run decides by: as `script` says, and the first of those after it."""

    def __init__(self, script: tuple[int, ...]) -> None:
        self.script = script
        self.chances: list[tuple[float, ...]] = []
        self._ways = 1

    def shape(self, value: Any) -> Any:
        """A value that is decided to be one of several lists; what is drawn in the list is not."""
        while isinstance(value, Outcomes):
            value = self._one_of(value.values, value.weights)
        return value

    def known(self, value: Any) -> Any:
        """A value with everything in it that is drawn decided; NotCompiled where it may be too many."""
        if isinstance(value, Outcomes):
            return self.known(self._one_of(value.values, value.weights))
        if isinstance(value, Split):
            return self.known(value.node).split(value.separator)
        if is_constant(value):
            return value
        if isinstance(value, list | tuple):
            return type(value)(map(self.known, value))
        if isinstance(value, dict):
            return type(value)((key, self.known(each)) for key, each in value.items())
        return self._text_or_value(value)

    def _text_or_value(self, node: Node) -> Any:
        if isinstance(node, Elements):
            return copy(self._one_of(node.values, node.weights))
        if isinstance(node, Numbers):
            number = self._one_of(node.range, None)
            return number if node.form is None else format(number, node.form)
        few = outcomes(node, _MOST_WAYS)
        if few is not None:
            return self.known(few)
        if isinstance(node, Choice):
            return self.known(self._one_of(node.alternatives, node.weights))
        if isinstance(node, Sequence):
            return "".join(map(self.known, node.parts))
        raise NotCompiled("it decides by what it draws")

    def _one_of(self, values: Any, weights: tuple[float, ...] | None) -> Any:
        if len(values) == 1:
            return values[0]
        self._ways *= len(values)
        if self._ways > _MOST_WAYS:
            raise NotCompiled(_TOO_MANY)
        return self.one_of(values, chances(len(values), weights))

    def one_of(self, values: Any, chances: tuple[float, ...]) -> Any:
        """One of several values, decided for."""
        position = len(self.chances)
        self.chances.append(chances)
        return values[self.script[position] if position < len(self.script) else 0]


def explored(run: Callable[[Decisions], Any]) -> Any:
    """What a run gives in all the ways that it may go."""

    def attempt(script: tuple[int, ...]) -> tuple[Decisions, Any]:
        decisions = Decisions(script)
        return decisions, run(decisions)

    def branch(depth: int, decisions: Decisions, result: Any) -> Any:
        if len(decisions.chances) == depth:
            return result
        weights = decisions.chances[depth]
        script = (*decisions.script, *(0,) * depth)[:depth]
        results = [branch(depth + 1, decisions, result)]
        results += [branch(depth + 1, *attempt((*script, each))) for each in range(1, len(weights))]
        return together(results, weights)

    return branch(0, *attempt(()))


def together(results: list[Any], weights: tuple[float, ...]) -> Any:
    """One of several results."""
    if all(is_constant(each) for each in results):
        first = results[0]
        if all(type(each) is type(first) and each == first for each in results):
            return first
        return Elements(tuple(results), weights)
    if any(isinstance(each, list | tuple | dict | Outcomes | Split) for each in results):
        return Outcomes(tuple(results), weights)
    return Choice(tuple(each if isinstance(each, Node) else Elements((each,)) for each in results), weights)
