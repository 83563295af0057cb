"""Several runs at once."""

import sys
from collections.abc import Iterable, Sequence
from itertools import permutations

from crashes.contents import Contents
from crashes.ends import finished, start
from crashes.grounds import BIGGER, EAST, MANY, WEST, Ground, Words
from crashes.tally import Tally

LOCK_TIMEOUTS = ("another run of seedengine has been writing", "another session holds a lock", "is locked by another")

PAIRS: dict[str, tuple[Words, Words]] = {
    "one spec": ((EAST,), (EAST,)),
    "two specs that share tables": ((EAST,), (WEST,)),
    "one spec in two sizes": ((EAST, *MANY), BIGGER),
}


def at_once(
    ground: Ground, kind: str, pair: tuple[Words, Words], runs: int, lock_timeout: float | None = None
) -> Tally:
    """Start so many runs at once, the two of a pair in turn; those that succeed must end as one after the other.

    All must succeed but with a `lock_timeout`, of which the others have to speak.
    """
    words = [(*pair[number % 2], *_option(lock_timeout)) for number in range(runs)]
    courses = [finished(process) for process in [start(ground.command(each)) for each in words]]
    found = ground.contents()
    ground.reset()
    done = [pair[number % 2] for number, course in enumerate(courses) if course.code == 0]
    tally = Tally(kind, runs, runs - len(done), len(done))
    for course in courses:
        waited = course.code == 1 and any(message in course.said for message in LOCK_TIMEOUTS)
        if course.code != 0 and not (waited and lock_timeout is not None):
            tally.violations.append(f"a run ended with {course.code} and said: {course.said!r}")
    distinct = [each for number, each in enumerate(pair) if each in done and each not in pair[:number]]
    if all(found != _alone(ground, order) for order in permutations(distinct)):
        tally.violations.append(f"the end is not that of one run after the other: {found.unlike(ground.before)}")
    if not found.holds(ground.real):
        tally.violations.append("real rows were changed")
    for violation in tally.violations:
        print(f"{kind}: {violation}", file=sys.stderr, flush=True)
    return tally


def _alone(ground: Ground, order: Iterable[Words]) -> Contents:
    """What the database holds after some runs one after the other."""
    for words in order:
        ground.apply(words)
    found = ground.contents()
    ground.reset()
    return found


def _option(lock_timeout: float | None) -> Sequence[object]:
    return () if lock_timeout is None else ("--lock-timeout", lock_timeout)
