"""What was held against what a run promises: it is all or nothing, and what it says of that is true."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crashes.ends import Course, End
from crashes.grounds import Ground

TOLD = 20
"""After so many runs each it is told how far a sweep is."""

NOTHING_CHANGED = "nothing was changed"


@dataclass
class Tally:
    """How many runs of a kind were made, what they left, and what none may leave, each with where it was stopped."""

    kind: str
    runs: int = 0
    before: int = 0
    after: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = f"{self.before} ended before, {self.after} after, {len(self.violations)} violations"
        return f"{self.kind}: {self.runs} runs, {counts}"


def attempt(
    ground: Ground,
    tally: Tally,
    end: End | None,
    strike: Callable[[], None] | None = None,
    repair: Callable[[], None] | None = None,
) -> Course:
    """One run up to `end`, judged and counted; `repair` is called before the database is looked at."""
    course = ground.attempt(end, strike)
    if repair is not None:
        repair()
    tally.runs += 1
    found = ground.contents()
    tally.before += found == ground.before
    tally.after += found == ground.after
    for fault in _faults(course, found == ground.before, found == ground.after):
        unlike = "" if found in (ground.before, ground.after) else f": {found.unlike(ground.before)}"
        tally.violations.append(f"{end}: {fault}{unlike}; it ended with {course.code} and said: {course.said!r}")
        print(f"{tally.kind}: {tally.violations[-1]}", file=sys.stderr, flush=True)
    if tally.runs % TOLD == 0:
        print(tally, file=sys.stderr, flush=True)
    if found != ground.before:
        ground.reset()
    return course


def _faults(course: Course, before: bool, after: bool) -> Iterable[str]:
    if not before and not after:
        yield "the contents are neither those of before nor those of after"
    if course.code == 0 and not after:
        yield "it said that it was done, and it was not"
    if NOTHING_CHANGED in course.said and not before:
        yield "it said that nothing was changed, and it was"
    if course.code not in (0, 1) and not course.reached:
        yield "it neither succeeded nor told a fault of the database"
    if "Traceback" in course.said:
        yield "it told a fault of its own"
