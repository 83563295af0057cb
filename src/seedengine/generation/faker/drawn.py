"""What code of Faker's works with besides grammars, and which of it is drawn."""

from typing import Any

import polars as pl

from seedengine.generation.faker.grammar import Choice, Elements, Made, Node, NotCompiled, Numbers, first_word


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


class Outcomes:
    """One of several results that no grammar can hold, as lists with draws in them."""

    def __init__(self, values: tuple[Any, ...], weights: tuple[float, ...]) -> None:
        self.values, self.weights = values, weights


def is_constant(value: Any) -> bool:
    """Whether nothing in a value is drawn."""
    if isinstance(value, list | tuple):
        return all(map(is_constant, value))
    if isinstance(value, dict):
        return all(map(is_constant, value.values()))
    return not isinstance(value, Node | Split | Outcomes)


def is_text(value: Any) -> bool:
    """Whether a value is a text, or a grammar of texts."""
    if isinstance(value, Elements):
        return all(isinstance(each, str) for each in value.values)
    if isinstance(value, Choice):
        return all(map(is_text, value.alternatives))
    if isinstance(value, Made):
        return bool(value.dtype == pl.String)
    return isinstance(value, str) or (isinstance(value, Node) and not (isinstance(value, Numbers) and not value.form))
