"""Items are made ahead of their use by one thread: in order, two at a time, and none after the end."""

import threading
from collections.abc import Iterable, Iterator

import pytest

from seedengine.targets.ahead import ahead


class _Made:
    """Counts up, and tells how many numbers it has been asked for."""

    def __init__(self, count: int, fail_at: int | None = None) -> None:
        self.count, self.fail_at, self.made = count, fail_at, 0
        self.threads: set[int] = set()

    def __iter__(self) -> Iterator[int]:
        for number in range(self.count):
            if number == self.fail_at:
                raise LookupError(number)
            self.made += 1
            self.threads.add(threading.get_ident())
            yield number


def _all(items: Iterable[int | None]) -> list[int | None]:
    with ahead(items) as made:
        return list(made)


def test_the_items_come_in_order() -> None:
    assert _all(range(100)) == list(range(100))
    assert _all([]) == []
    assert _all([None, None]) == [None, None]


def test_one_other_thread_makes_them_all() -> None:
    made = _Made(10)
    _all(made)
    _all(made)
    assert len(made.threads) == 1
    assert threading.get_ident() not in made.threads


def test_no_more_than_one_is_made_ahead() -> None:
    made = _Made(100)
    with ahead(made) as numbers:
        for number in numbers:
            assert made.made <= number + 2


def test_the_first_is_made_before_it_is_asked_for() -> None:
    made = _Made(100)
    with ahead(made):
        _all([])  # the same thread has done it after that
        assert made.made == 1


def test_a_failure_is_raised_where_its_item_would_have_come() -> None:
    with ahead(_Made(10, fail_at=3)) as items:
        assert [next(items), next(items), next(items)] == [0, 1, 2]
        with pytest.raises(LookupError):
            next(items)


def test_nothing_is_made_after_the_end() -> None:
    made = _Made(100)
    with ahead(made) as items:
        next(items)
    before = made.made
    _all(range(3))  # the thread is free again, and has nothing else to do
    assert made.made == before <= 2


def test_values_in_a_long_line_find_room_on_the_stack() -> None:
    def deep(left: int) -> int:
        return 0 if left == 0 else max([left], key=lambda _: deep(left - 1))

    assert _all(deep(300) for _ in range(2)) == [300, 300]
