"""Addresses of machines and of pages."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, IPv6Address
from string import Formatter
from typing import Any

import numpy as np
import polars as pl
from faker.providers.internet import Provider as Internet
from faker.providers.internet import _IPv4Constants
from faker.providers.lorem import Provider as Lorem
from faker.providers.lorem.en_US import Provider as AmericanLorem
from faker.utils.text import slugify

from seedengine.generation.bits import Words, below, bits, derive_key, nested
from seedengine.generation.faker.domains import LARGEST
from seedengine.generation.faker.grammar import Choice, Made, Node, NotCompiled, Numbers, element_of, literal, sequence
from seedengine.generation.faker.ranges import Ranges
from seedengine.generation.faker.shape import Shape
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.columns import texts
from seedengine.generation.faker.special.long_texts import LongText
from seedengine.generation.faker.special.networks import (
    BITS,
    address_texts,
    addresses_within,
    network_texts,
    networks_within,
)
from seedengine.generation.faker.special.prose import Word
from seedengine.generation.faker.special.texts import Indexes, Pieces

_SLUG_LENGTH = 20
_FIRST_HALF = derive_key(0, "the first half of an address with a number")
_PLAIN = re.compile(r"[a-z]+")
_GROUPS = Pieces([*"0123456789abcdef", *(f":{digit}" for digit in "0123456789abcdef"), ""])


def _ipv4(call: Call) -> Node:
    private = call["private"]
    if private is True:
        return _of_class(call, "_get_private_networks_and_weights", known=call["address_class"])
    if private is False:
        return _of_class(call, "_get_public_networks_and_weights", known=call["address_class"])
    call.expect(Internet, "_get_all_networks_and_weights")
    networks, _ = call.provider._get_all_networks_and_weights(address_class=call["address_class"])
    return _addresses(call, networks, prefixed=call["network"])


def _ipv4_private(call: Call) -> Node:
    return _of_class(call, "_get_private_networks_and_weights", known=call["address_class"])


def _ipv4_public(call: Call) -> Node:
    return _of_class(call, "_get_public_networks_and_weights", known=call["address_class"])


def _of_class(call: Call, networks: str, *, known: Any) -> Node:
    """Addresses of the networks of a class, or of one of all classes."""
    call.expect(Internet, networks, "ipv4_network_class", "ipv4_private", "ipv4_public")
    classes = (known,) if known in _IPv4Constants._network_classes else tuple("abc")
    made = [
        _addresses(call, getattr(call.provider, networks)(address_class=each)[0], prefixed=call["network"])
        for each in classes
    ]
    return made[0] if len(made) == 1 else Choice(tuple(made))


def _addresses(call: Call, networks: Sequence[IPv4Network], *, prefixed: bool) -> Node:
    """Any address of any of the networks, or a network of any size within one of them."""
    call.expect(Internet, "_random_ipv4_address_from_subnets")
    sizes = np.array([each.num_addresses for each in networks], np.int64)
    ends = np.cumsum(sizes)
    shifts = np.array([int(each.network_address) for each in networks], np.int64) - (ends - sizes)
    lengths = np.array([each.prefixlen for each in networks], np.int64)
    domain = networks_within(networks) if prefixed else addresses_within(networks)

    def draw(key: int, address: Words) -> pl.Series:
        drawn = below(key, address, int(ends[-1]))
        which = np.searchsorted(ends, drawn, side="right")
        drawn += shifts[which]
        if not prefixed:
            return address_texts(drawn)
        return network_texts(
            drawn, lengths[which] + below(derive_key(key, "prefix"), address, BITS + 1 - lengths[which])
        )

    return Made(draw, pl.String(), domain)


def _ipv6(call: Call) -> Node:
    if call["network"]:
        raise NotCompiled("it shortens networks")
    signs = frozenset("0123456789abcdef:")
    shape = Shape(signs, signs, signs, frozenset(":"), 2, 39)
    return texts(_ipv6_addresses, 32, Ranges(_Addresses(), (range(LARGEST),), shape))


def _ipv6_addresses(seeds: Words) -> pl.Series:
    """Any address; one of those below 2**32, which Faker leaves out, comes once in 2**96 rows."""
    return ipv6_texts(nested(seeds[:, None], np.arange(2)[None]))


@dataclass(frozen=True)
class _Addresses:
    """Writes addresses; their number is the second half, and draws the first, which is never 0."""

    def write(self, numbers: Indexes) -> pl.Series:
        second = numbers.astype(np.uint64)
        return ipv6_texts(np.stack([bits(_FIRST_HALF, second) | np.uint64(1), second], axis=1))

    def read(self, text: str) -> int | None:
        try:
            return int(IPv6Address(text)) & (2**64 - 1)
        except AddressValueError:
            return None


def ipv6_texts(words: Words) -> pl.Series:
    """The addresses of rows of two words each, written as RFC 5952 has it."""
    groups = (words[:, :, None] >> np.arange(48, -1, -16, dtype=np.uint64) & np.uint64(0xFFFF)).reshape(-1, 8)
    digits = (groups[:, :, None] >> np.arange(12, -1, -4, dtype=np.uint64) & np.uint64(15)).view(np.int64)
    written = np.logical_or.accumulate(digits > 0, axis=2)
    written[:, :, -1] = True
    first = written.copy()
    first[:, :, 1:] &= ~written[:, :, :-1]
    first[:, 0] = False
    made = _GROUPS.rows(np.where(written, digits + 16 * first, 32).reshape(-1, 32))
    # Runs of zeros are left out: they come once in 600 million rows.
    shortened = np.flatnonzero(((groups[:, 1:] == 0) & (groups[:, :-1] == 0)).any(axis=1))
    if len(shortened):
        numbers = [high << 64 | low for high, low in words[shortened].tolist()]
        made = made.scatter(shortened, [str(IPv6Address(number)) for number in numbers])
    return made


def _mac_address(call: Call) -> Node:
    first = range(0x01, 0xFF, 2) if call["multicast"] is True else range(0x00, 0xFE, 2)
    octet = Numbers(range(256), "02x")
    others: list[Node] = [literal(":"), octet] * 5
    return sequence([Numbers(first, "02x"), *others])


def _uri_path(call: Call) -> Node:
    path = element_of(call.provider.uri_paths)
    depths = (call["deep"],) if call["deep"] else range(1, 4)
    further: list[Node] = [literal("/"), path]
    made = [sequence([path, *further * (depth - 1)]) for depth in depths]
    return made[0] if len(made) == 1 else Choice(tuple(made))


def _image_url(call: Call) -> Node:
    services = call.provider.image_placeholder_services
    known = call["placeholder_url"]
    sides = {"width": call["width"], "height": call["height"]}
    made = [_filled(each, sides) for each in ((known,) if known is not None else services)]
    return made[0] if len(made) == 1 else Choice(tuple(made))


def _filled(service: str, sides: Mapping[str, int | None]) -> Node:
    parts: list[Node] = []
    for text, name, form, conversion in Formatter().parse(service):
        parts.append(literal(text))
        if name is not None:
            if form or conversion or name not in sides or service.count(f"{{{name}}}") > 1:
                raise NotCompiled("its format is not known")
            parts.append(literal(str(sides[name])) if sides[name] else Numbers(range(1025), "d"))
    return sequence(parts)


def _slug(call: Call) -> Node:
    """A text of up to 20 letters in lower case, with hyphens where its spaces are and no full stop."""
    lorem: Any = call.compiler.faker.owners["text"]
    words = [word.lower() for word in AmericanLorem.word_list]
    if call["value"] is not None or type(lorem).text is not Lorem.text or not all(map(_PLAIN.fullmatch, words)):
        raise NotCompiled("it makes slugs of what is not known")
    connector = slugify(f"a{lorem.word_connector}a")[1:-1]
    if len(connector) != len(lorem.word_connector) or slugify(lorem.sentence_punctuation):
        raise NotCompiled("its slugs are of other lengths than its texts")
    text = LongText(Word(words, connector, "", str.lower), _SLUG_LENGTH)
    return texts(text.draw, _SLUG_LENGTH)


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Internet.image_url: _image_url,
    Internet.ipv4: _ipv4,
    Internet.ipv4_private: _ipv4_private,
    Internet.ipv4_public: _ipv4_public,
    Internet.ipv6: _ipv6,
    Internet.mac_address: _mac_address,
    Internet.slug: _slug,
    Internet.uri_path: _uri_path,
}
