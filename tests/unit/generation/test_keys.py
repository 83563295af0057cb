"""Identifiers, read back by others' rules."""

import re
import uuid

import numpy as np
import polars as pl
import pytest

from seedengine.generation.bits import derive_key
from seedengine.generation.keys import cuid, ulid, uuid4, uuid7

from .frequencies import assert_frequencies

KEY = derive_key(42, "user", "id")
ROWS = 20_000
ADDRESSES = np.arange(ROWS, dtype=np.uint64)
TIMES = np.arange(ROWS) * 1_000 + 1_771_718_400_000
KINDS = {
    "uuid4": lambda key, part: uuid4(key, ADDRESSES[part]),
    "uuid7": lambda key, part: uuid7(key, ADDRESSES[part], TIMES[part]),
    "cuid": lambda key, part: cuid(key, ADDRESSES[part]),
    "ulid": lambda key, part: ulid(key, ADDRESSES[part], TIMES[part]),
}
ALL = slice(None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_of_different_texts_of_which_any_slice_is_made_alone(kind):
    column = KINDS[kind](KEY, ALL)
    assert column.dtype == pl.String
    assert column.n_unique() == ROWS
    assert KINDS[kind](KEY, slice(100, 105)).to_list() == column[100:105].to_list()
    assert KINDS[kind](KEY, slice(0, 0)).to_list() == []
    assert KINDS[kind](KEY, slice(0, 0)).dtype == pl.String
    assert not set(column) & set(KINDS[kind](KEY + 1, ALL))


@pytest.mark.parametrize(("kind", "version"), [("uuid4", 4), ("uuid7", 7)])
def test_uuids_are_canonical_and_say_their_version(kind, version):
    for text in KINDS[kind](KEY, slice(0, 2000)):
        read = uuid.UUID(text)
        assert (str(read), read.version, read.variant) == (text, version, uuid.RFC_4122)


def test_the_free_bits_of_a_uuid_are_fair():
    octets = np.array([list(uuid.UUID(text).bytes) for text in KINDS["uuid4"](KEY, ALL)], np.uint8)
    ones = np.unpackbits(octets, axis=1).mean(axis=0)
    fixed = [48, 49, 50, 51, 64, 65]
    assert ones[fixed].tolist() == [0, 1, 0, 0, 1, 0]
    assert np.abs(np.delete(ones, fixed) - 0.5).max() < 0.02


def test_time_ordered_identifiers_hold_their_time_and_sort_by_it():
    sevens, ulids = KINDS["uuid7"](KEY, ALL), KINDS["ulid"](KEY, ALL)
    assert sevens.is_sorted()
    assert ulids.is_sorted()
    assert [uuid.UUID(text).int >> 80 for text in sevens[:500]] == TIMES[:500].tolist()
    assert [from_crockford(text[:10]) for text in ulids[:500]] == TIMES[:500].tolist()


def from_crockford(text):
    number = 0
    for character in text:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(character)
    return number


def test_the_largest_and_the_smallest_time():
    ends = np.array([0, 2**48 - 1])
    assert [text[:10] for text in ulid(KEY, ADDRESSES[:2], ends)] == ["0000000000", "7ZZZZZZZZZ"]
    assert [text[:13] for text in uuid7(KEY, ADDRESSES[:2], ends)] == ["00000000-0000", "ffffffff-ffff"]


@pytest.mark.parametrize("make", [uuid7, ulid])
@pytest.mark.parametrize("time", [-1, 2**48])
def test_a_time_that_does_not_fit_is_refused(make, time):
    with pytest.raises(ValueError, match="1970"):
        make(KEY, ADDRESSES[:1], np.array([time]))


@pytest.mark.parametrize(
    ("kind", "form", "start", "alphabet"),
    [
        ("cuid", r"c[0-9a-z]{24}", 1, "0123456789abcdefghijklmnopqrstuvwxyz"),
        ("ulid", r"[0-7][0-9A-HJKMNP-TV-Z]{25}", 10, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    ],
)
def test_every_character_is_as_frequent_at_every_place(kind, form, start, alphabet):
    texts = KINDS[kind](KEY, ALL).to_list()
    assert all(re.fullmatch(form, text) for text in texts)
    for place in range(start, len(texts[0])):
        found = [text[place] for text in texts]
        expected = np.full(len(alphabet), ROWS / len(alphabet))
        assert_frequencies([found.count(character) for character in alphabet], expected)
