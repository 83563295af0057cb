"""Coordinates and known places."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import polars as pl
from faker.providers.geo import Provider as Geo

from seedengine.generation.bits import Words, between, derive_key, unit
from seedengine.generation.faker.grammar import Elements, Made, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.columns import decimals, decimals_within

# Faker draws millionths of a degree, up to half way round the earth.
_FARTHEST = 180_000_000
_PLACES = 6
_LAST_PLACE = Decimal("0.000001")
_DOUBTFUL = 2.0**-20
# Products with numbers below this are right to a tenth of that.
_FARTHEST_CENTER = 1_000


def _coordinate(call: Call) -> Node:
    if call["center"] is None:
        return _degrees(1, _PLACES)
    return _around(float(call["center"]), float(call["radius"]))


def _latitude(call: Call) -> Node:
    call.expect(Geo, "coordinate")
    # Half of a number of millionths has one more digit.
    return _degrees(5, _PLACES + 1)


def _longitude(call: Call) -> Node:
    call.expect(Geo, "coordinate")
    return _degrees(1, _PLACES)


def _pair(call: Call) -> Node:
    """A latitude and a longitude, as decimals of one scale."""
    call.expect(Geo, "coordinate", "latitude", "longitude")
    scale = _PLACES + 1

    def draw(key: int, address: Words) -> pl.Series:
        keys = derive_key(key, "latitude"), derive_key(key, "longitude")
        drawn = [between(each, address, -_FARTHEST, _FARTHEST) for each in keys]
        both = np.stack([drawn[0] * 5, drawn[1] * 10], axis=1)
        return decimals(both.ravel(), scale).reshape(both.shape).arr.to_list()

    return Made(draw, pl.List(pl.Decimal(38, scale)))


def _degrees(factor: int, scale: int) -> Node:
    def draw(key: int, address: Words) -> pl.Series:
        return decimals(between(key, address, -_FARTHEST, _FARTHEST) * factor, scale)

    return Made(draw, pl.Decimal(38, scale), decimals_within(-_FARTHEST, _FARTHEST, scale, factor))


def _around(center: float, radius: float) -> Node:
    """A float around a center, of which Faker rounds the digits that Python writes."""
    if not abs(center) + abs(radius) < _FARTHEST_CENTER:
        raise NotCompiled("its center is too far away")
    low, high = center - radius, center + radius

    def draw(key: int, address: Words) -> pl.Series:
        drawn = low + (high - low) * unit(key, address)
        units = drawn * 10.0**_PLACES
        rounded = np.rint(units).astype(np.int64)
        # Where the last place hangs on digits that this product may have lost, the digits are looked at.
        for row in np.flatnonzero(np.abs(units - np.floor(units) - 0.5) < _DOUBTFUL).tolist():
            rounded[row] = int(Decimal(str(float(drawn[row]))).quantize(_LAST_PLACE).scaleb(_PLACES))
        return decimals(rounded, _PLACES)

    # At its ends, which of two neighbours is given hangs on the last bits of a float.
    least, most = (Fraction(each) * 10**_PLACES for each in sorted((low, high)))
    return Made(draw, pl.Decimal(38, _PLACES), decimals_within(ceil(least), floor(most), _PLACES))


def _local_place(call: Call) -> Node:
    known = [place for place in call.provider.land_coords if place[3] == call["country_code"]]
    if not known:
        raise NotCompiled("it knows no place there")
    return _of(known, only=call["coords_only"])


def _place(call: Call) -> Node:
    return _of(call.provider.land_coords, only=call["coords_only"])


def _of(places: Any, *, only: bool) -> Node:
    return Elements(tuple(list(place[:2] if only else place) for place in places))


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Geo.coordinate: _coordinate,
    Geo.latitude: _latitude,
    Geo.latlng: _pair,
    Geo.longitude: _longitude,
    Geo.local_latlng: _local_place,
    Geo.location_on_land: _place,
}
