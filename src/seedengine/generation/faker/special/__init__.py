"""Methods of Faker's whose columns are made by algorithms of their own, where no grammar says what they do.

`SPECIAL` holds, by the function that defines it in a class of Faker's, what compiles the calls of a method; a locale
that overrides the method has another function, and goes its own way.
"""

from collections.abc import Callable, Mapping
from inspect import unwrap
from typing import Any

from seedengine.generation.faker.special import (
    agents,
    bank,
    barcodes,
    books,
    colors,
    geo,
    internet,
    lorem,
    misc,
    numbers,
    uuids,
)
from seedengine.generation.faker.special.calls import Special, special

__all__ = ["SPECIAL"]

_FAMILIES = (agents, bank, barcodes, books, colors, geo, internet, lorem, misc, numbers, uuids)

SPECIAL: Mapping[Callable[..., Any], Special] = {
    function: special(function, make)
    for family in _FAMILIES
    for function, make in ((unwrap(decorated), make) for decorated, make in family.METHODS.items())
}
