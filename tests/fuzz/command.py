"""The command: runs documents and strings, and prints one table and every violation with what makes it again."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from fuzz.cases import Kind, document, string
from fuzz.workers import MEGABYTES, SECONDS, Result, run_cases


@dataclass
class Tally:
    """What came out of the cases of one kind."""

    kind: Kind
    count: int = 0
    valid: int = 0
    made: int = 0
    slowest: Result | None = None
    largest: Result | None = None
    violations: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Count a result."""
        self.count += 1
        self.valid += result.valid
        self.made += result.made
        if result.wrong is not None:
            self.violations.append(result)
        if self.slowest is None or result.seconds > self.slowest.seconds:
            self.slowest = result
        if self.largest is None or result.megabytes > self.largest.megabytes:
            self.largest = result


def main(arguments: Sequence[str]) -> int:
    """Run the cases; 0 where nothing was violated."""
    options = parser().parse_args(arguments)
    os.environ |= {"POLARS_MAX_THREADS": "1", "RUST_BACKTRACE": "0"}
    if options.show:
        kind, number = options.show
        show(kind, options.seed, int(number))
        return 0
    tallies = [
        tally("document", options.seed, range(options.start, options.start + options.documents), options.processes),
        tally("string", options.seed, range(options.start, options.start + options.strings), options.processes),
    ]
    print(table(tallies))
    for each in tallies:
        for result in sorted(each.violations, key=lambda result: result.number):
            print(f"{each.kind} {result.number}: {result.wrong} [{result.seconds:.2f} s, {result.megabytes:.0f} MB]")
            print(f"  again: python tests/fuzz --seed {options.seed} --show {each.kind} {result.number}")
    return 1 if any(each.violations for each in tallies) else 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="python tests/fuzz", description="Load documents and parse strings that nobody means."
    )
    made.add_argument("--documents", type=int, default=1_000, metavar="N", help="how many documents (default: 1000)")
    made.add_argument("--strings", type=int, default=10_000, metavar="N", help="how many strings (default: 10000)")
    made.add_argument("--seed", type=int, default=0, metavar="S", help="what all of them are made from (default: 0)")
    made.add_argument("--start", type=int, default=0, metavar="N", help="the number of the first one (default: 0)")
    made.add_argument(
        "--processes",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="how many at once (default: as many as processors)",
    )
    made.add_argument(
        "--show", nargs=2, metavar=("KIND", "N"), help="print the `document` or `string` of that number instead"
    )
    return made


def tally(kind: Kind, seed: int, numbers: range, processes: int) -> Tally:
    """Run these cases and count."""
    found = Tally(kind)
    for result in run_cases(kind, seed, numbers, processes):
        found.add(result)
        if sys.stderr.isatty() and found.count % 100 == 0:
            print(
                f"\r{kind}s: {found.count:,} of {len(numbers):,}, {len(found.violations)} violations",
                end="",
                file=sys.stderr,
            )
    return found


def show(kind: str, seed: int, number: int) -> None:
    """Print one case as it is."""
    if kind == "document":
        sys.stdout.buffer.write(document(seed, number))
    else:
        sys.stdout.write(ascii(string(seed, number)[0]) + "\n")


def table(tallies: Sequence[Tally]) -> str:
    """What came out, a line for each kind."""
    lines = [
        "| what | number | valid | of these with values | invalid | slowest | most memory | violations |",
        "|---|" + "---:|" * 7,
    ]
    for each in tallies:
        slowest = f"{each.slowest.seconds:.2f} s (no. {each.slowest.number})" if each.slowest else "—"
        largest = f"{each.largest.megabytes:.0f} MB (no. {each.largest.number})" if each.largest else "—"
        cells = (
            f"{each.kind}s",
            f"{each.count:,}",
            f"{each.valid:,}",
            f"{each.made:,}",
            f"{each.count - each.valid:,}",
            slowest,
            largest,
        )
        lines.append(f"| {' | '.join(cells)} | {len(each.violations)} |")
    lines.append(f"\nBounds: {SECONDS:g} s of processor time and {MEGABYTES:g} MB above the start, each.")
    return "\n".join(lines)
