"""Addressed randomness: exact where arithmetic is promised, fair where randomness is."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedengine.generation.bits import below, between, bits, derive_key, high_word, nested, permute, unit

from .frequencies import assert_frequencies

KEY = derive_key(42, "user", "name")
WORDS = st.integers(0, 2**64 - 1)


def addresses(count, start=0):
    return np.arange(start, start + count, dtype=np.uint64)


def test_paths_that_read_alike_have_different_keys():
    paths = [
        ("item", "z", "item", "a0"),
        ("item", "z", "itema0"),
        ("itemz", "item", "a0"),
        ("item", "z", "item", "a", "0"),
    ]
    keys = {derive_key(seed, *path) for seed in (1, 11, -1) for path in [*paths, (), ("",), ("1",), ("é",)]}
    assert len(keys) == 24


@given(WORDS, st.integers(0, 300), st.integers(0, 300))
def test_any_slice_is_made_alone(key, first, second):
    rows = addresses(600)
    whole = bits(key, rows)
    lower, upper = sorted((first, second))
    assert np.array_equal(
        whole, np.concatenate([bits(key, rows[a:b]) for a, b in ((0, lower), (lower, upper), (upper, 600))])
    )


def test_one_key_per_row_equals_one_key_each():
    keys = bits(1, addresses(50))
    together = bits(keys, addresses(50, 7))
    assert together.tolist() == [bits(int(key), addresses(1, 7 + row))[0] for row, key in enumerate(keys)]


@pytest.mark.parametrize("side", ["address", "key"])
def test_every_bit_depends_on_every_bit(side):
    rows = 20_000
    keys, places = np.full(rows, KEY, np.uint64), addresses(rows)
    before = bits(keys, places)
    for flipped in np.uint64(1) << np.arange(0, 64, 5, dtype=np.uint64):
        after = bits(keys ^ flipped, places) if side == "key" else bits(keys, places ^ flipped)
        changed = np.unpackbits((before ^ after).view(np.uint8)).reshape(rows, 64).mean(axis=0)
        assert np.abs(changed - 0.5).max() < 0.02


def test_unit_is_uniform_and_below_one():
    drawn = unit(KEY, addresses(1_000_000))
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert_frequencies(np.bincount((drawn * 1000).astype(int), minlength=1000), np.full(1000, 1000))


def test_neighbours_and_neighbouring_keys_are_independent():
    rows = addresses(1_000_000)
    here = (unit(KEY, rows) * 32).astype(int)
    for there in (unit(KEY, rows + np.uint64(1)), unit(KEY + 1, rows), unit(KEY ^ 1 << 63, rows)):
        pairs = np.bincount(here * 32 + (there * 32).astype(int), minlength=1024)
        assert_frequencies(pairs, np.full(1024, len(rows) / 1024))


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=20))
def test_the_high_word_is_exact(pairs):
    first, second = np.array(pairs, np.uint64).T
    assert high_word(first, second).tolist() == [a * b >> 64 for a, b in pairs]


@given(WORDS, st.integers(1, 2**63))
def test_below_is_the_high_word_of_bits_and_size(key, size):
    rows = addresses(20)
    drawn = below(key, rows, size)
    assert drawn.dtype == np.int64
    assert drawn.tolist() == [word * size >> 64 for word in bits(key, rows).tolist()]


def test_below_takes_a_size_per_row():
    sizes = np.arange(1, 100_001) % 7 + 1
    drawn = below(KEY, addresses(100_000), sizes)
    for size in range(1, 8):
        own = drawn[sizes == size]
        assert_frequencies(np.bincount(own, minlength=size), np.full(size, len(own) / size))


@pytest.mark.parametrize("size", [0, -1, 2**63 + 1, np.array([3, 0])])
def test_below_refuses_an_impossible_size(size):
    with pytest.raises(ValueError, match="size"):
        below(KEY, addresses(2), size)


@given(WORDS, st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_between_stays_between(key, one, other):
    low, high = sorted((one, other))
    drawn = between(key, addresses(50), low, high)
    assert low <= drawn.min()
    assert drawn.max() <= high


def test_between_reaches_both_ends_and_all_of_int64():
    assert set(between(KEY, addresses(200), -2, 2).tolist()) == {-2, -1, 0, 1, 2}
    everything = between(KEY, addresses(10_000), -(2**63), 2**63 - 1)
    assert everything.min() < -(2**63) + 2**53
    assert everything.max() > 2**63 - 2**53
    with pytest.raises(ValueError, match="above"):
        between(KEY, addresses(1), 2, 1)


@given(WORDS, st.integers(1, 3000))
def test_permute_is_a_bijection(key, size):
    assert np.array_equal(np.sort(permute(key, np.arange(size), size)), np.arange(size))


@given(WORDS, st.integers(2**20, 2**62))
def test_permute_is_injective_on_huge_sizes(key, size):
    index = np.unique(np.concatenate([np.arange(200), size - 1 - np.arange(200), size // 2 + np.arange(200)]))
    images = permute(key, index, size)
    assert images.min() >= 0
    assert images.max() < size
    assert len(set(images.tolist())) == len(index)


@given(st.lists(st.tuples(WORDS, st.integers(1, 100), WORDS), min_size=1, max_size=30))
def test_permute_takes_key_and_size_per_row(rows):
    keys, sizes = (np.array(column, np.uint64) for column in (list(zip(*rows, strict=True))[:2]))
    sizes = sizes.astype(np.int64)
    index = np.array([number % size for _, size, number in rows])
    alone = [permute(key, index[i : i + 1], size)[0] for i, (key, size, _) in enumerate(rows)]
    assert permute(keys, index, sizes).tolist() == alone


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_every_order_of_a_small_size_is_equally_likely(size):
    keys = bits(KEY, addresses(200_000))
    images = np.stack([permute(keys, np.full(len(keys), index), size) for index in range(size)], axis=1)
    seen = Counter(map(tuple, images.tolist()))
    orders = list(permutations(range(size)))
    assert_frequencies([seen[order] for order in orders], np.full(len(orders), len(keys) / len(orders)))


@pytest.mark.parametrize("size", [9, 16, 17, 31, 33, 64, 100])
def test_two_images_are_any_two_numbers(size):
    keys = bits(KEY, addresses(200_000))
    for first, second in ((0, 1), (0, size - 1), (size // 2, size // 2 + 1)):
        pairs = permute(keys, np.full(len(keys), first), size) * size + permute(keys, np.full(len(keys), second), size)
        expected = np.full((size, size), len(keys) / (size * (size - 1)))
        np.fill_diagonal(expected, 0)
        assert_frequencies(np.bincount(pairs, minlength=size * size), expected)


def test_a_large_permutation_keeps_no_order():
    images = permute(KEY, np.arange(1_000_000), 1_000_000)
    assert abs(np.corrcoef(images, np.arange(1_000_000))[0, 1]) < 0.005
    assert abs(np.corrcoef(images[1:], images[:-1])[0, 1]) < 0.005


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (100, 100), (0, 0), (0, 2**62 + 1)])
def test_permute_refuses_what_lies_outside(index, size):
    with pytest.raises(ValueError, match="size"):
        permute(KEY, np.array([index]), size)


def test_nested_addresses_are_all_different():
    rows, positions = np.repeat(addresses(1000), 100), np.tile(np.arange(100), 1000)
    once = nested(rows, positions)
    twice = nested(nested(rows, positions), positions[::-1])
    assert len(np.unique(np.concatenate([rows[::100], once, twice]))) == 201_000
    assert once[:3].tolist() == [nested(addresses(1), np.array([place]))[0] for place in range(3)]


def test_no_rows_make_no_values():
    none = addresses(0)
    assert len(bits(KEY, none)) == len(unit(KEY, none)) == len(below(KEY, none, 5)) == 0
    assert len(permute(KEY, np.array([], np.int64), 5)) == len(nested(none, np.array([], np.int64))) == 0
    assert len(permute(none, np.array([], np.int64), np.array([], np.int64))) == 0
