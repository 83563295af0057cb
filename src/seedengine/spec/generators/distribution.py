"""The shape of draws: its name and its parameters."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from seedengine.diagnostics import closest
from seedengine.spec.distributions import SHAPES, check_parameters
from seedengine.spec.values import Model, fault


class Distribution(Model):
    """The shape of the draws: its name and parameters."""

    shape: str
    parameters: dict[str, float] = {}
    weights: str | None = None


def _distribution(value: object) -> Distribution:
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or len(value) != 1:
        raise fault("S134", "a distribution is one name with its parameters", "for example `{zipf: {s: 1.1}}`")
    ((shape, parameters),) = value.items()
    if shape == "weights" and isinstance(parameters, str):
        return Distribution(shape="weights", weights=parameters)
    if shape not in SHAPES:
        near = closest(str(shape), (*SHAPES, "weights"))
        known = ", ".join(f"`{name}`" for name in SHAPES)
        raise fault(
            "S134",
            f"unknown distribution `{shape}`",
            f"did you mean `{near}`?" if near else f"known are {known}",
        )
    problem = _check_shape(shape, parameters)
    if problem:
        raise fault(
            "S134",
            problem,
            f"`{shape}` takes {', '.join(f'`{name}`' for name in SHAPES[shape]) or 'no parameter'}",
        )
    return Distribution(shape=shape, parameters={name: float(number) for name, number in parameters.items()})


def _check_shape(shape: str, parameters: object) -> str | None:
    """What is wrong with the parameters of a distribution, or None."""
    if not isinstance(parameters, dict):
        return f"the parameters of `{shape}` are a mapping"
    for name, number in parameters.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            return f"`{name}` of `{shape}` is not a number"
    return check_parameters(shape, parameters)


_PARAMETERS = {"type": "object", "additionalProperties": {"type": "number"}}
Shape = Annotated[
    Distribution,
    PlainValidator(_distribution),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": sorted(SHAPES)},
                {
                    "type": "object",
                    "properties": {
                        **dict.fromkeys(sorted(SHAPES), _PARAMETERS),
                        "weights": {
                            "type": "string",
                            "description": "the field of the candidate that weighs it",
                        },
                    },
                    "additionalProperties": False,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        }
    ),
]
