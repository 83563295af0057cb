"""A program: applies a spec at growing sizes and prints how often each function was called more for more rows.

Arguments: a database's URL, a spec, and two scales. Everything is loaded and compiled by runs before those counted.
"""

import json
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

from seedengine import engine
from seedengine.planning import Allowed
from seedengine.targets.url import open_target

EVERYTHING = Allowed(deletes=10**9)
"""With another scale, other rows come: most of those that go are strangers."""


def main(url: str, spec: Path, *scales: str) -> None:
    """Print the three functions whose calls grew most, as JSON."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            calls[f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"] += 1
        elif event == "c_call":
            calls[f"{argument.__module__}.{argument.__qualname__}"] += 1

    threading.setprofile(count)  # of the thread that makes the rows, which the first run starts
    sys.setprofile(count)
    counted = []
    for scale in (scales[0], *scales):
        calls.clear()
        with closing(open_target(url)) as target:
            engine.apply(engine.load(spec, scale=scale), target, create_tables=True, bulk="never", allowed=EVERYTHING)
        counted.append(calls.copy())
    sys.setprofile(None)
    print(json.dumps((counted[-1] - counted[-2]).most_common(3)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
