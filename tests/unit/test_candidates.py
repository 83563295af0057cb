"""Which of the known names another one was probably meant to be."""

from difflib import get_close_matches
from random import Random

import pytest

from seedengine.diagnostics import Candidates, closest


def _word(random: Random) -> str:
    return "".join(random.choices("abcABé_0", k=random.choice((0, 1, 3, 5, 8, 12, 30, 250))))


def _changed(random: Random, word: str) -> str:
    letters = list(word)
    for _ in range(random.randrange(4)):
        letters[(place := random.randint(0, len(letters))) : place + random.randrange(2)] = random.choice(
            ("", "x", "A")
        )
    return "".join(letters)


def _expected(name: str, known: list[str]) -> str | None:
    folded = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), folded, n=1)
    return folded[found[0]] if found else None


@pytest.mark.parametrize("size", [0, 1, 5, 40, 300])
def test_it_is_what_difflib_finds_first(size: int) -> None:
    random = Random(size)
    for _ in range(20):
        known = list(dict.fromkeys(_word(random) for _ in range(size)))
        known = list(dict.fromkeys((*known, *(_changed(random, each) for each in known[::3]))))
        candidates = Candidates(known)
        for _ in range(5):
            name = _changed(random, random.choice(known)) if known else "name"
            assert candidates.closest(name) == _expected(name, known)
            other = random.choice(known) if known else "other"
            assert candidates.closest(name, without=other) == _expected(name, [each for each in known if each != other])


def test_of_very_many_those_count_that_begin_alike() -> None:
    candidates = Candidates([*(f"field_{number}" for number in range(1_000)), "x_email_address"])
    assert candidates.closest("X_emailaddress") == "x_email_address"
    assert candidates.closest("email_address") is None
    assert candidates.closest("field_5", without="field_5") not in (None, "field_5")


def test_names_that_differ_in_case_are_one() -> None:
    assert closest("USERNAME", ["user_name", "UserName"]) == "UserName"
