"""Methods that only put texts together, carried out once with marks in the place of what they draw.

What is drawn once may stand in a text twice: a mark stands for one draw, however often it is found.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from types import FunctionType
from typing import Any

import numpy as np
import polars as pl
from faker.providers import BaseProvider

from seedengine.generation.bits import Words, derive_key, unit
from seedengine.generation.faker.grammar import Choice, Made, Node, NotCompiled, Numbers, literal, sequence
from seedengine.generation.faker.operations import text_method
from seedengine.generation.faker.sampler import Texts
from seedengine.generation.faker.special.calls import Call

_MARK = re.compile("\ue000([0-9]+)\ue001")
# Methods of texts that would change nothing of a mark.
_CHANGES = frozenset(dir(str)) - {"format", "replace"}
_MICROSECONDS = 1_000_000


def traced(call: Call, function: Callable[..., Any]) -> Node:
    """The grammar of a method that decides by nothing that it draws, or by single bits of which each is a coin."""
    if not isinstance(function, FunctionType) or not _CHANGES.isdisjoint(function.__code__.co_names):
        raise NotCompiled("it changes what it has put together")
    made = [_Trace(call, function, coin).run() for coin in (0, 1)]
    return Choice(tuple(node for node, _ in made)) if made[0][1] else made[0][0]


class _Mark:
    """What stands for a draw in texts."""

    def __init__(self, trace: "_Trace", node: Node) -> None:
        self._trace, self.node = trace, node
        self._text = f"\ue000{len(trace.nodes)}\ue001"
        trace.nodes.append(node)

    def __str__(self) -> str:
        return self._text

    def __radd__(self, text: str) -> str:
        return text + self._text

    def __bool__(self) -> bool:
        raise NotCompiled("it decides by what it draws")

    def __eq__(self, _: object) -> bool:
        raise NotCompiled("it decides by what it draws")

    __hash__ = None  # type: ignore[assignment]

    def replace(self, old: str, new: str) -> "_Mark":
        return _Mark(self._trace, text_method(self.node, "replace", [old, new]))


class _Trace:
    """Stands for the provider, its generator and its random numbers."""

    def __init__(self, call: Call, function: Callable[..., Any], coin: int) -> None:
        self.nodes: list[Node] = []
        self._call, self._function, self._coin = call, function, coin
        self._tossed = 0
        self.generator = self.random = self

    def run(self) -> tuple[Node, bool]:
        """What the method gives, and whether it has tossed a coin."""
        try:
            made = self._function(self, **self._call.arguments)
        except (TypeError, AttributeError, ValueError) as error:
            raise NotCompiled(f"it cannot be traced: {error}") from error
        if self._tossed > 1:
            raise NotCompiled("it decides by what it draws")
        return self._node(str(made)), self._tossed == 1

    def getrandbits(self, number: int) -> int:
        if number != 1:
            raise NotCompiled("it draws bits")
        self._tossed += 1
        return self._coin

    def randint(self, low: int, high: int) -> _Mark:
        return _Mark(self, Numbers(range(low, high + 1), "d"))

    def choice(self, texts: Sequence[str]) -> _Mark:
        return _Mark(self, Choice(tuple(map(self._node, texts))))

    def random_element(self, texts: Sequence[str]) -> _Mark:
        if not isinstance(texts, list | tuple):
            raise NotCompiled("it draws from what has weights")
        return self.choice(texts)

    def date_time_between(self, start: datetime, end: datetime) -> _Mark:
        return _Mark(self, _moments(self._call, start, end))

    def __getattr__(self, name: str) -> Callable[..., _Mark]:
        owner = (
            self._call.provider if hasattr(self._call.provider, name) else self._call.compiler.faker.owners.get(name)
        )
        if not isinstance(owner, BaseProvider):
            raise AttributeError(name)

        def called(*args: Any, **keywords: Any) -> _Mark:
            drawn = [each.node if isinstance(each, _Mark) else each for each in args]
            return _Mark(self, self._call.compiler.method(owner, name, tuple(drawn), keywords))

        return called

    def _node(self, text: str) -> Node:
        """The grammar of a text with marks in it."""
        texts, drawn = _MARK.split(text)[::2], [int(each) for each in _MARK.findall(text)]
        if len(set(drawn)) == len(drawn):
            parts: list[Node] = [literal(texts[0])]
            for place, following in zip(drawn, texts[1:], strict=True):
                parts += [self.nodes[place], literal(following)]
            return sequence(parts)
        return _filled(texts, drawn, {place: Texts(self.nodes[place], str(place)) for place in drawn})


def _filled(texts: Sequence[str], places: Sequence[int], drawn: dict[int, Texts]) -> Made:
    """Texts with draws between them."""

    def draw(key: int, address: Words) -> pl.Series:
        made = {place: pl.lit(each.draw(key, address)) for place, each in drawn.items()}
        parts = [
            pl.lit(texts[0]),
            *(each for place, text in zip(places, texts[1:], strict=True) for each in (made[place], pl.lit(text))),
        ]
        return pl.select(pl.concat_str(parts)).to_series()

    return Made(draw, pl.String())


def _moments(call: Call, start: datetime, end: datetime) -> Made:
    """Faker's `date_time_between` as text: any second and its parts, to the microsecond."""
    provider: Any = call.compiler.faker.owners["date_time_between"]
    low, high = (float(provider._parse_date_time(each)) for each in (start, end))
    if not high - low > 1:
        raise NotCompiled("it draws moments within a second")

    def draw(key: int, address: Words) -> pl.Series:
        parts, seconds = np.modf(low + (high - low) * unit(derive_key(key, "moment"), address))
        microseconds = np.rint(parts * _MICROSECONDS).astype(np.int64) + seconds.astype(np.int64) * _MICROSECONDS
        moments = pl.Series(values=microseconds, dtype=pl.Int64).cast(pl.Datetime("us"))
        exact = pl.Series(values=microseconds % _MICROSECONDS == 0)
        form = "%Y-%m-%d %H:%M:%S"
        return moments.dt.to_string(form).zip_with(exact, moments.dt.to_string(form + "%.6f"))

    return Made(draw, pl.String())
