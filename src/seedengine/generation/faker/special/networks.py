"""How IPv4 addresses and networks are written, and the domains of those within some networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network

import numpy as np
import polars as pl

from seedengine.generation.faker.ranges import Ranges, apart
from seedengine.generation.faker.shape import Shape
from seedengine.generation.faker.special.texts import Indexes, Pieces

BITS = 32
_LATER, _PREFIX = 256, 512
_OCTETS = Pieces([f"{mark}{octet}" for mark in ("", ".") for octet in range(256)] + [f"/{each}" for each in range(33)])
_DIGITS = frozenset("0123456789")
_ADDRESS_SHAPE = Shape(_DIGITS, _DIGITS, _DIGITS | {"."}, frozenset("."), 7, 15)
_NETWORK_SHAPE = Shape(_DIGITS, _DIGITS, _DIGITS | {".", "/"}, frozenset("./"), 9, 18)
_FIRST_OF_LENGTH = 2 ** np.arange(BITS + 1, dtype=np.int64)


def address_texts(addresses: Indexes) -> pl.Series:
    """Addresses as text."""
    return _OCTETS.rows(np.stack(_octets(addresses), axis=1))


def network_texts(addresses: Indexes, lengths: Indexes) -> pl.Series:
    """The networks in which addresses are, with prefixes of these lengths, as text."""
    networks = addresses >> BITS - lengths << BITS - lengths
    return _OCTETS.rows(np.stack([*_octets(networks), lengths + _PREFIX], axis=1))


def _octets(address: Indexes) -> list[Indexes]:
    """The pieces of addresses."""
    return [(address >> shift & 255) + (_LATER if shift < 24 else 0) for shift in (24, 16, 8, 0)]


@dataclass(frozen=True)
class _Addresses:
    """Writes addresses."""

    def write(self, numbers: Indexes) -> pl.Series:
        return address_texts(numbers)

    def read(self, text: str) -> int | None:
        try:
            return int(IPv4Address(text))
        except AddressValueError:
            return None


@dataclass(frozen=True)
class _Networks:
    """Writes networks; the number of one is its prefix in binary with a one before it."""

    def write(self, numbers: Indexes) -> pl.Series:
        lengths = np.searchsorted(_FIRST_OF_LENGTH, numbers, side="right") - 1
        return network_texts(numbers - _FIRST_OF_LENGTH[lengths] << BITS - lengths, lengths)

    def read(self, text: str) -> int | None:
        try:
            network = IPv4Network(text)
        except ValueError:
            return None
        return _number(network, network.prefixlen)


def _number(network: IPv4Network, length: int) -> int:
    """The number of the first network with a prefix of this length in another."""
    return (1 << length) + (int(network.network_address) >> BITS - length)


def addresses_within(networks: Sequence[IPv4Network]) -> Ranges:
    """All addresses in any of these networks."""
    starts = [(int(each.network_address), each.num_addresses) for each in networks]
    return Ranges(_Addresses(), apart(range(start, start + count) for start, count in starts), _ADDRESS_SHAPE)


def networks_within(networks: Sequence[IPv4Network]) -> Ranges:
    """All networks that are in any of these, or one of them."""
    starts = [
        (_number(each, length), 2 ** (length - each.prefixlen))
        for each in networks
        for length in range(each.prefixlen, BITS + 1)
    ]
    return Ranges(_Networks(), apart(range(start, start + count) for start, count in starts), _NETWORK_SHAPE)
