"""Samples: exact in every block, the same whatever is made beside them, fair."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedengine.generation.bits import bits, derive_key
from seedengine.generation.sampling import chosen, ranked

from .frequencies import assert_frequencies

KEY = derive_key(42, "review")


@given(st.integers(0, 3500), st.fractions(0, 1, max_denominator=1000))
def test_every_block_has_exactly_its_share(count, share):
    rows = np.arange(count) * 3 + 1
    mask = chosen(KEY, rows, np.arange(count), share)
    for start in range(0, count, 1000):
        block = mask[start : start + 1000]
        assert abs(int(block.sum()) - share * len(block)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("share", "size", "count"),
    [
        (0.5, 15, 8),
        (0.15, 10, 2),
        (0.05, 10, 1),
        (0.04, 10, 0),
        (Fraction(1, 3), 1000, 333),
        (0.0, 7, 0),
        (1.0, 7, 7),
    ],
)
def test_halves_are_rounded_up_and_floats_mean_their_decimals(share, size, count):
    assert chosen(KEY, np.arange(size), np.arange(size), share).sum() == count


def test_the_chosen_are_those_with_the_lowest_bits():
    rows = np.arange(5, 905, 3)
    mask = chosen(KEY, rows, np.arange(300), 0.1, block=50)
    words = bits(KEY, rows.astype(np.uint64)).reshape(6, 50)
    for line, taken in zip(words, mask.reshape(6, 50), strict=True):
        assert line[taken].max() < line[~taken].min()
        assert taken.sum() == 5


def test_blocks_are_made_alone_and_rows_at_the_end_leave_them_as_they_are():
    rows = np.arange(5400)
    whole = chosen(KEY, rows, rows, 0.37)
    assert np.array_equal(chosen(KEY, rows[2000:4000], rows[2000:4000], 0.37), whole[2000:4000])
    assert np.array_equal(chosen(KEY, rows[4000:], rows[4000:], 0.37), whole[4000:])
    assert np.array_equal(chosen(KEY, rows[:5001], rows[:5001], 0.37)[:5000], whole[:5000])


def test_every_candidate_is_as_likely():
    rows = np.arange(40)
    taken = sum(chosen(derive_key(seed), rows, rows, 0.25).astype(int) for seed in range(4000))
    # Draws without replacement vary less than Pearson's test supposes, by (1 - share) * n / (n - 1).
    assert abs(((taken - 1000) ** 2).sum() / 1000 / 0.75 / (40 / 39) - 39) < 5 * 78**0.5


def test_equal_bits_go_to_the_lower_row():
    rows = np.array([9, 4, 9, 4, 9, 4])
    mask = chosen(KEY, rows, np.arange(6), 0.5)
    lower = bits(KEY, np.array([4, 9], np.uint64)).argmin()
    assert rows[mask].tolist() == [[4, 9][lower]] * 3
    assert chosen(KEY, np.full(4, 9), np.arange(4), 0.5).sum() == 2


@pytest.mark.parametrize("positions", [[1, 2, 3], [0, 2, 3], [2, 1, 0]])
def test_positions_have_to_be_whole_blocks(positions):
    with pytest.raises(ValueError, match="whole blocks"):
        chosen(KEY, np.arange(3), np.array(positions), 0.5)


@pytest.mark.parametrize("share", [-0.1, 1.01])
def test_a_share_is_a_part_of_the_whole(share):
    with pytest.raises(ValueError, match="share"):
        chosen(KEY, np.arange(3), np.arange(3), share)


@given(st.lists(st.integers(0, 6), max_size=200), st.randoms(use_true_random=False))
def test_ranked_keeps_groups_together_in_an_order_of_their_own(groups, random):
    rows = np.arange(len(groups))
    order = ranked(KEY, rows, np.array(groups, np.int64))
    assert sorted(order.tolist()) == rows.tolist()
    ordered = [(groups[place], bits(KEY, rows[place : place + 1].astype(np.uint64))[0]) for place in order]
    assert ordered == sorted(ordered)
    shuffled = random.sample(range(len(groups)), len(groups))
    again = ranked(KEY, rows[shuffled], np.array(groups, np.int64)[shuffled])
    assert rows[shuffled][again].tolist() == rows[order].tolist()


def test_ranked_by_row_where_bits_are_equal():
    # Group numbers so large that hardly any bits are left beside them, so that nearly all of them are equal.
    rows = np.arange(1000)
    order = ranked(KEY, rows, np.where(rows % 2, 2**62, 0))
    words = bits(KEY, rows.astype(np.uint64))
    assert order.tolist() == sorted(range(1000), key=lambda row: (row % 2, words[row], row))
    assert ranked(KEY, np.array([7, 7, 7]), np.zeros(3, np.int64)).tolist() == [0, 1, 2]


def test_the_first_of_a_group_is_any_of_it():
    firsts = [ranked(derive_key(seed), np.arange(10), np.arange(10) // 5)[[0, 5]] for seed in range(5000)]
    counts = np.bincount(np.concatenate(firsts), minlength=10)
    assert_frequencies(counts[:5], np.full(5, 1000))
    assert_frequencies(counts[5:], np.full(5, 1000))
