"""What is kept of many rows: small blocks give what the whole gives."""

import tempfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedengine.diagnostics import InvalidCall
from seedengine.generation.blocks import blocks, by_block, expand
from seedengine.generation.children import Inverse, in_parts, pieces
from seedengine.generation.marks import Marks
from seedengine.generation.sampling import chosen, shared
from seedengine.generation.shapes import Crossed, Dealt, Even, Grouped, Selected
from seedengine.generation.spool import Spool

COUNTS = st.lists(st.integers(0, 5), min_size=1, max_size=40).map(np.array)
NUMBERS = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=40).map(lambda found: np.array(found, dtype=np.int64))


def test_blocks_are_whole_and_there_is_always_one():
    assert [part.tolist() for part in blocks(5, 2)] == [[0, 1], [2, 3], [4]]
    assert [part.tolist() for part in blocks(0, 2)] == [[]]


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 9))
def test_every_position_falls_in_its_block_once(numbers, size):
    asked = np.array(numbers, dtype=np.int64)
    seen = []
    for block, at in by_block(asked, size):
        assert (asked[at] // size == block).all()
        assert (np.diff(at) > 0).all()
        seen += at.tolist()
    assert sorted(seen) == list(range(len(numbers)))


@given(st.lists(NUMBERS, max_size=6), st.integers(0, 60), st.data())
def test_a_spool_gives_back_what_it_was_given(parts, in_memory, data):
    spool, whole = Spool(in_memory, chunk=4), np.concatenate([np.zeros(0, dtype=np.int64), *parts])
    for part in parts:
        spool.append(part)
    assert len(spool) == len(whole)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert np.array_equal(spool.slice(start, stop), whole[start:stop])
    some = st.lists(st.integers(0, len(whole) - 1)) if len(whole) else st.just([])
    positions = np.array(data.draw(some), dtype=np.int64)
    assert np.array_equal(spool.take(positions), whole[positions])


def test_a_temporary_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(InvalidCall, match="absent"):
        Spool(in_memory=1).append(np.arange(2))


@given(st.integers(1, 300), st.data())
def test_marks_are_counted_and_found(total, data):
    marked = np.array(sorted(data.draw(st.sets(st.integers(0, total - 1)))), dtype=np.int64)
    cut = data.draw(st.integers(0, len(marked)))
    marks = Marks(total, [marked[:cut], marked[cut:]])
    assert len(marks) == len(marked)
    order = np.random.default_rng(len(marked)).permutation(len(marked))
    assert np.array_equal(marks.take(order), marked[order])
    start = data.draw(st.integers(0, len(marked)))
    assert np.array_equal(marks.take(np.arange(start, len(marked))), marked[start:])
    numbers = np.arange(total)
    assert np.array_equal(marks.hold(numbers), np.isin(numbers, marked))
    ends = np.arange(total + 1)
    assert np.array_equal(marks.rank(ends), np.searchsorted(marked, ends))


@given(st.lists(st.integers(0, 1500), min_size=1, max_size=5))
def test_a_share_of_parts_is_that_of_the_whole(sizes):
    rows = np.arange(sum(sizes)) * 2 + 1
    parts = np.split(rows, np.cumsum(sizes)[:-1])
    whole = rows[chosen(9, rows, np.arange(len(rows)), 0.37)]
    assert np.array_equal(np.concatenate(list(shared(9, parts, 0.37))), whole)


def assert_stands(shape, name, parents, totals):
    """That the rows of a shape stand under `parents`, and that it says so the other way round."""
    index = np.arange(len(parents))
    assert shape.total == len(parents)
    assert np.array_equal(shape.parent(name, index), parents)
    assert np.array_equal(shape.parent(name, index[::-2]), parents[::-2])
    before = np.searchsorted(parents, np.arange(totals + 1))
    assert np.array_equal(shape.before(np.arange(totals + 1)), before)
    assert np.array_equal(shape.nth(index), index - before[parents] + 1)


@given(COUNTS, st.integers(1, 9), st.integers(1, 3))
def test_groups_in_blocks_are_those_of_the_whole(counts, block, kept):
    shape = Grouped("p", len(counts), lambda start, stop: counts[start:stop], block, kept)
    assert_stands(shape, "p", np.repeat(np.arange(len(counts)), counts), len(counts))


@given(st.integers(0, 9), st.integers(0, 4))
def test_equal_groups_need_nothing_but_arithmetic(parents, each):
    assert_stands(Even("p", parents, each), "p", np.repeat(np.arange(parents), each), parents)


def test_dealt_rows_stand_under_their_candidate_too():
    counts, candidates = np.array([2, 0, 1]), np.array([7, 3, 5])
    spool = Spool(in_memory=1)
    spool.append(candidates)
    shape = Dealt("c", spool, Grouped("p", 3, lambda start, stop: counts[start:stop], block=2))
    assert_stands(shape, "p", np.array([0, 0, 2]), 3)
    assert np.array_equal(shape.parent("c", np.arange(3)), candidates)


def test_selected_rows_stand_under_what_was_marked():
    chosen_ones = np.array([1, 4, 70, 71])
    assert_stands(Selected("c", Marks(80, [chosen_ones])), "c", chosen_ones, 80)


@pytest.mark.parametrize("share", [None, [0, 3, 4, 5, 11]])
def test_combinations_stand_under_each_of_their_rows(share):
    numbers = np.arange(12) if share is None else np.array(share)
    shape = Crossed(("a", "b"), (4, 3), None if share is None else Marks(12, [numbers]))
    assert_stands(shape, "a", numbers // 3, 4)
    assert np.array_equal(shape.parent("b", np.arange(len(numbers))), numbers % 3)


def test_there_may_be_nothing_to_combine():
    none = np.zeros(0, dtype=np.int64)
    assert_stands(Crossed(("a", "b"), (0, 3)), "a", none, 0)


@given(st.lists(st.integers(0, 11), max_size=60), st.integers(1, 7), st.integers(1, 9))
def test_children_are_sorted_by_parent_then_in_their_order(owners, block, most):
    belongs = np.array(owners, dtype=np.int64)
    inverse = Inverse(12, ((part, belongs[part]) for part in blocks(len(belongs), block)), most)
    starts, counts = inverse.span(np.arange(12))
    assert np.array_equal(counts, np.bincount(belongs, minlength=12))
    assert np.array_equal(inverse.at(expand(starts, counts)[0]), np.argsort(belongs, kind="stable"))
    asked = np.array([11, 0, 5])
    found = [np.concatenate(part) for part in zip(*in_parts(inverse, asked, most), strict=True)]
    expected = [(child, place) for place, owner in enumerate(asked) for child in np.flatnonzero(belongs == owner)]
    assert list(zip(*map(np.ndarray.tolist, found), strict=True)) == expected


@given(COUNTS, st.integers(1, 9))
def test_pieces_hold_no_more_than_they_may_but_for_one_row_alone(counts, most):
    found = list(pieces(counts, most))
    assert [place for piece in found for place in range(piece.start, piece.stop)] == list(range(len(counts)))
    assert all(counts[piece].sum() <= most or piece.stop - piece.start == 1 for piece in found)
