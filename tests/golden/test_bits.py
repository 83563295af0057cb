"""The random values of fixed keys: whoever changes one changes every row that anyone has ever seeded."""

import json

import numpy as np

from seedengine.generation.bits import below, between, bits, derive_key, nested, permute, unit
from seedengine.generation.distributions import floats, integers, weighted
from seedengine.generation.keys import cuid, ulid, uuid4, uuid7
from seedengine.generation.sampling import chosen, ranked
from seedengine.spec.distributions import SHAPES

KEY = derive_key(42, "user", "email")
# The first rows, some of a large table, and the last address that there is.
ADDRESSES = np.array([0, 1, 2, 3, 999, 1_000, 123_456_789, 2**40, 2**63, 2**64 - 1], np.uint64)
TIMES = np.arange(len(ADDRESSES)) * 86_400_000 + 1_771_718_400_000
U = np.concatenate([unit(KEY, ADDRESSES), [0.0, 0.001, 0.25, 0.5, 0.75, 0.999, 1 - 2.0**-53]])
ROWS = np.arange(30)


def keys():
    paths = {"": (), "user.email": ("user", "email"), "a.bc": ("a", "bc"), "ab.c": ("ab", "c"), "é": ("é",)}
    return {f"key {seed} {name}": derive_key(seed, *path) for seed in (0, 42, -1) for name, path in paths.items()}


def words():
    drawn = {
        "bits": bits(KEY, ADDRESSES),
        "bits, a key per row": bits(ADDRESSES[::-1], ADDRESSES),
        "unit": unit(KEY, ADDRESSES),
        "nested": nested(ADDRESSES, np.arange(len(ADDRESSES))),
        **{f"below {size}": below(KEY, ADDRESSES, size) for size in (1, 6, 10**9, 2**32 + 1, 2**63)},
        "between -2**63 and 2**63-1": between(KEY, ADDRESSES, -(2**63), 2**63 - 1),
    }
    return {name: values.tolist() for name, values in drawn.items()}


def permutations():
    indexes = {size: np.arange(size) for size in (1, 2, 3, 5, 16, 17, 33, 100)}
    indexes |= {size: np.array([0, 1, size - 1]) for size in (10**6, 2**40, 2**62)}
    return {f"permute {size}": permute(KEY, index, size).tolist() for size, index in indexes.items()}


def shapes():
    given = {
        "normal": {"mean": 20.0, "sd": 30.0},
        "lognormal": {"mean": 3.0, "sd": 0.7},
        "exponential": {"mean": 12.5},
        "zipf": {"s": 1.1},
    }
    drawn = {}
    for shape in SHAPES:
        for parameters in ({}, *([given[shape]] if shape in given else [])):
            said = f"{shape} {parameters}" if parameters else shape
            drawn[f"integers {said} of 1..5000"] = integers(shape, parameters, U, 1, 5000).tolist()
            if shape != "zipf":
                drawn[f"floats {said} of 0.5..99.5"] = floats(shape, parameters, U, 0.5, 99.5).tolist()
    return drawn | {"weighted 60, 0, 30, 10": weighted(U, [60, 0, 30, 10]).tolist()}


def identifiers():
    return {
        "uuid4": uuid4(KEY, ADDRESSES).to_list(),
        "uuid7": uuid7(KEY, ADDRESSES, TIMES).to_list(),
        "cuid": cuid(KEY, ADDRESSES).to_list(),
        "ulid": ulid(KEY, ADDRESSES, TIMES).to_list(),
    }


def samples():
    return {
        "half of 30": ROWS[chosen(KEY, ROWS, ROWS, 0.5)].tolist(),
        "a third of blocks of 10": ROWS[chosen(KEY, ROWS, ROWS, 1 / 3, block=10)].tolist(),
        "ranked in 4 groups": ranked(KEY, ROWS, ROWS % 4).tolist(),
    }


def test_bits_and_all_that_is_made_of_them(golden):
    values = keys() | words() | permutations() | shapes() | identifiers() | samples()
    lines = (f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(values[name])}" for name in values)
    golden("bits.json", "{\n" + ",\n".join(lines) + "\n}\n")
