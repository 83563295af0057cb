"""The shapes that draws from a range can have, and their parameters."""

from collections.abc import Mapping
from math import isfinite

SHAPES: Mapping[str, tuple[str, ...]] = {
    "uniform": (),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "exponential": ("mean",),
    "zipf": ("s",),
}
"""The parameters of each shape; any may be omitted, `generation.distributions` says what holds then."""

DISCRETE = frozenset({"zipf"})
"""The shapes that only whole numbers have, or what counts in them: decimals, dates, times."""

_LARGEST_EXPONENT = 100


def check_parameters(shape: str, parameters: Mapping[str, float]) -> str | None:
    """What is wrong with the parameters of a shape, as a diagnostic's message, or None."""
    if shape not in SHAPES:
        return f"unknown distribution `{shape}`"
    for name, value in parameters.items():
        if name not in SHAPES[shape]:
            return f"`{shape}` has no parameter `{name}`"
        if not isfinite(value):
            return f"`{name}` of `{shape}` is not a finite number"
    if parameters.get("sd", 1) <= 0:
        return f"`sd` of `{shape}` must be above 0"
    if shape == "exponential" and parameters.get("mean", 1) <= 0:
        return "`mean` of `exponential` must be above 0"
    if not 0 < parameters.get("s", 1) <= _LARGEST_EXPONENT:
        return f"`s` of `zipf` must be above 0 and at most {_LARGEST_EXPONENT}"
    return None
