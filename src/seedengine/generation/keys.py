"""Columns of identifiers made of bits alone: no clock, no state; whole columns at a time."""

from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray

from seedengine.generation.bits import Key, Words, bits, high_word

Integers = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Pairs = NDArray[np.uint16]


def _pairs(alphabet: str) -> Pairs:
    """The two characters that stand for each number below the alphabet's size squared, as one 16-bit word."""
    text = "".join(first + second for first, second in product(alphabet, repeat=2))
    return np.frombuffer(text.encode("ascii"), np.uint16)


_HEXADECIMAL = _pairs("0123456789abcdef")
_BASE_36 = _pairs("0123456789abcdefghijklmnopqrstuvwxyz")
_CROCKFORD = _pairs("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

_UUID_GROUPS = ((0, 0, 8), (9, 8, 4), (14, 12, 4), (19, 16, 4), (24, 20, 12))


def uuid4(key: Key, address: Words) -> pl.Series:
    """A random UUID for each address (RFC 9562, version 4): String, 36 characters in lower case."""
    return _uuid(_stream(key, 0, address), _stream(key, 1, address), 4)


def uuid7(key: Key, address: Words, milliseconds: Integers) -> pl.Series:
    """A UUID for each address that sorts by its Unix time (RFC 9562, version 7): String, 36 characters.

    `milliseconds` is one per row, of 0 … 2**48 - 1, else ValueError; 74 random bits follow it.
    """
    time = _checked(milliseconds) << np.uint64(16)
    return _uuid(time | _stream(key, 0, address) >> np.uint64(48), _stream(key, 1, address), 7)


def cuid(key: Key, address: Words) -> pl.Series:
    """`c` and 24 random characters of 0-9 and a-z for each address, 124 bits without a clock: String."""
    digits = np.empty((len(address), 12), np.uint16)
    for half in range(2):
        rest = high_word(_stream(key, half, address), np.array([36**12], np.uint64))
        for place in range(6 * half + 5, 6 * half - 1, -1):
            rest, pair = np.divmod(rest, np.uint64(36**2))
            digits[:, place] = _BASE_36[pair]
    text = np.empty((len(address), 25), np.uint8)
    text[:, 0] = ord("c")
    text[:, 1:] = digits.view(np.uint8)
    return _column(text)


def ulid(key: Key, address: Words, milliseconds: Integers) -> pl.Series:
    """A ULID for each address, which sorts by its Unix time: String, 26 characters of Crockford's base 32.

    `milliseconds` is one per row, of 0 … 2**48 - 1, else ValueError; 80 random bits follow it.
    """
    parts = (
        (_checked(milliseconds), 5),
        (_stream(key, 0, address) >> np.uint64(24), 4),
        (_stream(key, 1, address) >> np.uint64(24), 4),
    )
    digits = np.empty((len(address), 13), np.uint16)
    column = 0
    for number, pairs in parts:
        for place in range(pairs - 1, -1, -1):
            digits[:, column] = _CROCKFORD[number >> np.uint64(10 * place) & np.uint64(0x3FF)]
            column += 1
    return _column(digits.view(np.uint8))


def _stream(key: Key, number: int, address: Words) -> Words:
    """One of several independent words for each address of one key."""
    return bits(bits(key, np.array([number], np.uint64)), address)


def _checked(milliseconds: Integers) -> Words:
    if len(milliseconds) and not (milliseconds.min() >= 0 and milliseconds.max() < 2**48):
        raise ValueError("a time-ordered identifier holds times from 1970-01-01 to 10889-08-02 only")
    return milliseconds.astype(np.uint64)


def _uuid(upper: Words, lower: Words, version: int) -> pl.Series:
    octets = np.stack([upper, lower], axis=1).astype(">u8").view(np.uint8)
    octets[:, 6] = octets[:, 6] & 0x0F | version << 4
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    digits = _HEXADECIMAL[octets].view(np.uint8)
    text = np.full((len(digits), 36), ord("-"), np.uint8)
    for to, start, length in _UUID_GROUPS:
        text[:, to : to + length] = digits[:, start : start + length]
    return _column(text)


def _column(text: Bytes) -> pl.Series:
    """Rows of ASCII bytes, all of one width, as a String column, by way of numpy's fixed-width bytes."""
    return pl.Series(text.view(f"S{text.shape[1]}").ravel()).cast(pl.String)
