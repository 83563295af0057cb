"""Addressed randomness: the bits of any row are a pure function of a key and an address, in any order.

An *address* is one uint64 per row: its number from 0, or `nested` of that for an element of a list. A *key*
names one draw of one field of one entity. All arithmetic on words wraps modulo 2**64, on purpose and without
a warning, because it is done on arrays of one dimension or more.
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Integers = NDArray[np.int64]
Key = int | Words

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SECOND_KEY = np.uint64(0xD1B54A32D192ED03)
_STAFFORD_1 = np.uint64(0xBF58476D1CE4E5B9)
_STAFFORD_2 = np.uint64(0x94D049BB133111EB)
_LOW_HALF = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_SMALL = 16
# With 8, the images of two indexes still showed a bias at sizes of about 32; with 10, none in 400,000 keys.
_ROUNDS = 10


def derive_key(seed: int, *path: str) -> int:
    """The 64-bit key of the draw at `path`: BLAKE2b over length-prefixed parts, no two paths alike."""
    state = blake2b(digest_size=8)
    for part in (str(seed), *path):
        encoded = part.encode()
        state.update(len(encoded).to_bytes(8, "little"))
        state.update(encoded)
    return int.from_bytes(state.digest(), "little")


def bits(key: Key, address: Words) -> Words:
    """64 random bits for each address: two rounds of SplitMix64's finaliser with the key folded into both.

    `key` is one for all rows or one per row. Rows with equal key and address get equal bits.
    """
    if not len(address):
        return np.zeros(0, np.uint64)
    keys = _words(key)
    mixed = _words(address) * _GOLDEN + keys
    _mix(mixed)
    keys = keys ^ _SECOND_KEY
    _mix(keys)
    mixed += keys
    _mix(mixed)
    return mixed


def unit(key: Key, address: Words) -> NDArray[np.float64]:
    """A float64 in [0, 1) for each address: the top 53 bits, so every value is a multiple of 2**-53."""
    return (bits(key, address) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def below(key: Key, address: Words, size: int | Integers | Words) -> Integers:
    """An integer x, 0 <= x < size, for each address; `size`, one or one per row, is 1 … 2**63.

    x is the high word of the exact 128-bit product of the bits and the size (Lemire 2019, without rejection:
    the probabilities of two values differ by at most 2**-64). Raises ValueError for any other size.
    """
    sizes = _sizes(size, 2**63)
    return high_word(bits(key, address), sizes).view(np.int64)


def between(key: Key, address: Words, low: int | Integers, high: int | Integers) -> Integers:
    """An integer x, low <= x <= high, for each address; the bounds, one or one per row, are any int64.

    Raises ValueError where a low is above its high.
    """
    lows, highs = np.atleast_1d(np.asarray(low, np.int64)), np.atleast_1d(np.asarray(high, np.int64))
    if (lows > highs).any():
        raise ValueError("`low` is above `high`")
    sizes = highs.view(np.uint64) - lows.view(np.uint64) + np.uint64(1)
    drawn = bits(key, address)
    # The size of the whole of int64, 2**64, wraps to 0: there the bits are the value.
    offsets = np.where(sizes == 0, drawn, high_word(drawn, sizes))
    return (offsets + lows.view(np.uint64)).view(np.int64)


def permute(key: Key, index: Integers, size: int | Integers) -> Integers:
    """The image of each index under a keyed bijection of [0, size): no two indexes of one key and size meet.

    `key` and `size` (1 … 2**62) are one for all rows or one per row. Raises ValueError for an index outside
    of its [0, size). Up to size 16 every permutation is equally likely; above, a Feistel network over the
    least power of two that holds `size`, walked until it is inside (Black and Rogaway 2002): fewer than two
    steps are expected.
    """
    indexes, sizes, keys = np.atleast_1d(np.asarray(index, np.int64)), _sizes(size, 2**62), _words(key)
    words = indexes.astype(np.uint64)
    if (words >= sizes).any():
        raise ValueError("an index to permute is outside of [0, size)")
    if len(sizes) == len(keys) == 1:
        return _permute_small(keys, words, sizes) if sizes[0] <= _SMALL else _walk(keys, words, sizes)
    words, sizes, _ = np.broadcast_arrays(words, sizes, keys)
    result = np.empty(words.shape, np.int64)
    small = sizes <= np.uint64(_SMALL)
    for rows, permuted in ((np.flatnonzero(small), _permute_small), (np.flatnonzero(~small), _walk)):
        result[rows] = permuted(_at(keys, rows), words[rows], sizes[rows])
    return result


def nested(address: Words, position: Integers) -> Words:
    """The address of the element at `position` (from 0) of the list in the row with that address.

    Each is one or one per row; lists nest to any depth. It is a hash: among n addresses some two are equal
    with a probability of about n**2 / 2**65.
    """
    mixed = _words(address) ^ _SECOND_KEY
    _mix(mixed)
    element: Words = mixed + (_words(position) + np.uint64(1)) * _GOLDEN
    _mix(element)
    return element


def high_word(factor: Words, size: Words) -> Words:
    """The upper 64 bits of the exact 128-bit products of two arrays."""
    factor_high, factor_low = factor >> _HALF, factor & _LOW_HALF
    size_high, size_low = size >> _HALF, size & _LOW_HALF
    upper = factor_high * size_low
    middle = (factor_low * size_low >> _HALF) + (upper & _LOW_HALF)
    high = upper >> _HALF
    if size_high.any():
        lower = factor_low * size_high
        middle += lower & _LOW_HALF
        high += factor_high * size_high + (lower >> _HALF)
    high += middle >> _HALF
    return high


def _words(value: int | Integers | Words) -> Words:
    return np.atleast_1d(np.asarray(value)).astype(np.uint64, copy=False)


def _sizes(size: int | Integers | Words, most: int) -> Words:
    sizes = np.atleast_1d(np.asarray(size))
    if len(sizes) and (int(sizes.min()) < 1 or int(sizes.max()) > most):
        raise ValueError(f"a size is outside of 1 … {most}")
    return sizes.astype(np.uint64, copy=False)


def _mix(words: Words) -> None:
    """SplitMix64's finaliser in place (Steele, Lea and Flood 2014; constants of Stafford's variant 13)."""
    words ^= words >> np.uint64(30)
    words *= _STAFFORD_1
    words ^= words >> np.uint64(27)
    words *= _STAFFORD_2
    words ^= words >> np.uint64(31)


def _permute_small(keys: Words, words: Words, sizes: Words) -> Integers:
    """The rank of each index's bits among those of all indexes of its size: every order is equally likely."""
    own = bits(keys, ~words)
    rank = np.zeros(words.shape, np.int64)
    for other in range(int(sizes.max(initial=0))):
        theirs = bits(keys, ~np.array([other], np.uint64))
        rank += (other < sizes) & ((theirs < own) | ((theirs == own) & (other < words)))
    return rank


def _walk(keys: Words, words: Words, sizes: Words) -> Integers:
    widths = np.searchsorted(np.uint64(1) << np.arange(64, dtype=np.uint64), sizes).astype(np.uint64)
    rounds = np.stack([bits(keys, ~np.array([each], np.uint64)) for each in range(_ROUNDS)])
    image = _feistel(rounds, words, widths)
    outside = np.flatnonzero(image >= sizes)
    while len(outside):
        one_each = rounds if rounds.shape[1] == 1 else rounds[:, outside]
        image[outside] = _feistel(one_each, image[outside], _at(widths, outside))
        outside = outside[image[outside] >= _at(sizes, outside)]
    return image.view(np.int64)


def _at(words: Words, rows: NDArray[np.intp]) -> Words:
    return words if len(words) == 1 else words[rows]


def _feistel(rounds: Words, words: Words, widths: Words) -> Words:
    """One pass over [0, 2**width): the halves, `width // 2` bits and the rest, take turns to change."""
    left_width = widths >> np.uint64(1)
    right_width = widths - left_width
    left = words >> right_width
    right = words & ((np.uint64(1) << right_width) - np.uint64(1))
    for even, odd in zip(rounds[::2], rounds[1::2], strict=True):
        left ^= _round(even, right) >> (np.uint64(64) - left_width)
        right ^= _round(odd, left) >> (np.uint64(64) - right_width)
    return left << right_width | right


def _round(key: Words, half: Words) -> Words:
    mixed = half + key
    mixed *= _STAFFORD_1
    mixed ^= mixed >> _HALF
    mixed *= _STAFFORD_2
    return mixed
