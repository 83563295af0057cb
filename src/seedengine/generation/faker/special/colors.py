"""Colours that are drawn by hue, saturation and brightness."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from faker.providers.color import Provider as Color
from faker.providers.color.color import RandomColor
from numpy.typing import NDArray

from seedengine.generation.bits import Words, below, between, derive_key
from seedengine.generation.faker.grammar import Made, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.texts import Indexes, Pieces

_HUES = range(361)
_HEXADECIMAL = Pieces([f"{each:02x}" for each in range(256)] + ["#"])
_DECIMAL = Pieces([str(each) for each in _HUES] + [*("hsv(", "hsl(", "rgb("), ", ", ")"])
_COMMA, _CLOSED = len(_HUES) + 3, len(_HUES) + 4

Floats = NDArray[np.float64]
Triple = tuple[Indexes, Indexes, Indexes]


def _color(call: Call) -> Node:
    drawn = _Drawn(call["hue"], call["luminosity"])
    form = call["color_format"]

    def draw(key: int, address: Words) -> pl.Series:
        hsv = drawn.draw(key, address)
        if form in ("hsv", "hsl"):
            return _written(form, hsv if form == "hsv" else _hsl(*hsv))
        return _written(form, _rgb(*hsv))

    return Made(draw, pl.String())


def _written(form: str, parts: Triple) -> pl.Series:
    first, second, third = parts

    def fixed(piece: int) -> Indexes:
        return np.full(len(first), piece)

    if form not in ("hsv", "hsl", "rgb"):
        return _HEXADECIMAL.rows(np.stack([fixed(256), first, second, third], axis=1))
    opened = len(_HUES) + ("hsv", "hsl", "rgb").index(form)
    row = [fixed(opened), first, fixed(_COMMA), second, fixed(_COMMA), third, fixed(_CLOSED)]
    return _DECIMAL.rows(np.stack(row, axis=1))


class _Bounds(RandomColor):
    """Gives the bounds between which Faker would draw a number."""

    def random_within(self, r: Sequence[int]) -> Any:
        return int(r[0]), int(r[1])


class _Drawn:
    """Hue, saturation and brightness, each between bounds that hang on what was drawn before it."""

    def __init__(self, hue: Any, luminosity: str | None) -> None:
        bounds = _Bounds(seed=1)
        low, high = bounds.get_hue_range(hue)
        hues = [each + 360 if each < 0 else each for each in range(int(low), int(high) + 1)]
        saturations = [_pair(bounds.pick_saturation(each, hue, luminosity)) for each in hues]
        self._hues = np.array(hues, np.int64)
        self._saturation = np.array(saturations, np.int64)
        self._brightness = np.zeros((len(hues), 101, 2), np.int64)
        for place, (each, (least, most)) in enumerate(zip(hues, saturations, strict=True)):
            for percent in range(least, most + 1):
                self._brightness[place, percent] = bounds.pick_brightness(each, percent, luminosity)
        drawn = np.concatenate([self._saturation, self._brightness.reshape(-1, 2)])
        if not hues or (drawn[:, 0] > drawn[:, 1]).any() or drawn.max() > 100:
            raise NotCompiled("its bounds are not in order")

    def draw(self, key: int, address: Words) -> Triple:
        """The three for each address."""
        place = below(derive_key(key, "hue"), address, len(self._hues))
        low, high = self._saturation[place].T
        saturation = between(derive_key(key, "saturation"), address, low, high)
        low, high = self._brightness[place, saturation].T
        return self._hues[place], saturation, between(derive_key(key, "brightness"), address, low, high)


def _pair(bounds: Any) -> tuple[int, int]:
    return bounds if isinstance(bounds, tuple) else (bounds, bounds)


def _rgb(hue: Indexes, saturation: Indexes, value: Indexes) -> Triple:
    """The standard conversion from the hexagon of hues, step by step as Python's `colorsys` makes it."""
    h, s, v = np.clip(hue, 1, 359) / 360, saturation / 100, value / 100
    sextant = (h * 6.0).astype(np.int64)
    f = h * 6.0 - sextant
    p, q, t = v * (1.0 - s), v * (1.0 - s * f), v * (1.0 - s * (1.0 - f))
    by_sextant = ((v, t, p), (q, v, p), (p, v, t), (p, q, v), (t, p, v), (v, p, q))
    red, green, blue = (
        np.where(s == 0.0, v, np.choose(sextant % 6, [each[part] for each in by_sextant])) for part in range(3)
    )
    return _whole(red * 255), _whole(green * 255), _whole(blue * 255)


def _hsl(hue: Indexes, saturation: Indexes, value: Indexes) -> Triple:
    s, v = saturation / 100.0, value / 100.0
    lightness = 0.5 * v * (2 - s)
    grey = (lightness == 0) | (lightness == 1)
    width = np.where(grey, 1.0, 1 - np.abs(2 * lightness - 1))
    return hue, _whole(np.where(grey, 0.0, v * s / width) * 100), _whole(lightness * 100)


def _whole(numbers: Floats) -> Indexes:
    return numbers.astype(np.int64)


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {Color.color: _color}
