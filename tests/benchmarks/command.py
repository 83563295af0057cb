"""The command: runs the contestants in turn, round by round, and prints one table."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.comparisons import LONG_MEASURES, MEASURES, Comparison, comparisons, lines
from benchmarks.contestants import Contestant, Sizes, contestants
from benchmarks.ground import ROWS_OF_A_USER, Ground
from benchmarks.process import Cost, Failed, measure
from benchmarks.table import facts, render
from server import ServerError, running_server

SMALL = Sizes(150, 1_500, 1_000)


@dataclass
class Results:
    """The costs of every run by contestant, and why others have none."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks; 0 where whatever is installed ran to its end, whatever it cost."""
    options = parser().parse_args(arguments)
    sizes = SMALL if options.small else Sizes(*options.rows)
    rounds = 1 if options.small else options.rounds
    everything = options.small or options.long
    measures = options.measures or [name for name in MEASURES if everything or name not in LONG_MEASURES]
    chosen = [comparison for comparison in comparisons(sizes) if comparison.measure in measures]
    try:
        with running_server() as url, tempfile.TemporaryDirectory(prefix="seedengine-benchmarks-") as folder:
            ground = Ground(Path(folder), url)
            known = facts(ground)
            runners = needed(contestants(ground, sizes), chosen)
            results = run(ground, runners, rounds)
    except (ServerError, Failed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.output:
        options.output.write_text(json.dumps(as_json(known, rounds, results), indent=2) + "\n", encoding="utf-8")
    print(render(lines(chosen, results.costs), results.reasons))
    print(f"\nMedians of {rounds} interleaved; whole processes, from their start to their exit.")
    if sizes != Sizes():
        print(f"The bounds are meant for {Sizes.small:,} and {Sizes.large:,} rows.")
    print("\n".join(f"{name}: {value}" for name, value in known.items()))
    return 1 if any(not runner.missing and runner.name in results.reasons for runner in runners) else 0


def parser() -> argparse.ArgumentParser:
    """The options and what may be measured."""
    made = argparse.ArgumentParser(
        prog="python tests/benchmarks",
        description="Measure this tool beside what one would use instead, and print one table.",
    )
    made.add_argument(
        "measures", nargs="*", metavar="MEASURE", type=measure_name,
        help=f"what to measure: {', '.join(MEASURES)}; all but {', '.join(LONG_MEASURES)} when none is named",
    )  # fmt: skip
    made.add_argument(
        "--rows", nargs=2, type=row_count, default=(Sizes.small, Sizes.large), metavar=("SMALL", "LARGE"),
        help="the two sizes of the workload (default: %(default)s); memory is measured at ten times the larger too",
    )  # fmt: skip
    made.add_argument("--rounds", type=positive, default=5, metavar="N", help="how often (default: %(default)s)")
    made.add_argument("--output", type=Path, metavar="FILE", help="write every single run there, as JSON")
    made.add_argument("--long", action="store_true", help=f"measure {', '.join(LONG_MEASURES)} too")
    made.add_argument(
        "--small", action="store_true", help="one round of everything at tiny sizes, to see that it works"
    )
    return made


def positive(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text.replace("_", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def row_count(text: str) -> int:
    """A number of rows that whole users make."""
    rows = positive(text)
    if rows % ROWS_OF_A_USER:
        raise argparse.ArgumentTypeError(f"must be a multiple of {ROWS_OF_A_USER}")
    return rows


def measure_name(text: str) -> str:
    """One of the measures."""
    if text not in MEASURES:
        raise argparse.ArgumentTypeError(f"`{text}` is none of {', '.join(MEASURES)}")
    return text


def needed(everybody: Mapping[str, Contestant], chosen: Iterable[Comparison]) -> list[Contestant]:
    """The contestants of some comparisons, in the order of a round."""
    names = {name for comparison in chosen for name in (comparison.ours, comparison.theirs)}
    return [contestant for name, contestant in everybody.items() if name in names]


def run(ground: Ground, runners: Sequence[Contestant], rounds: int) -> Results:
    """Run every contestant once a round; one that fails is not run again."""
    results = Results()
    for runner in runners:
        if runner.missing:
            results.reasons[runner.name] = f"{' and '.join(runner.missing)} not installed"
    for number in range(1, rounds + 1):
        for runner in runners:
            if runner.name in results.reasons:
                continue
            try:
                cost = measure(runner.prepare())
                runner.check()
            except Failed as error:
                results.reasons[runner.name] = f"failed: {error}"
                say(number, runner, str(error))
            else:
                results.costs.setdefault(runner.name, []).append(cost)
                say(number, runner, f"{cost.seconds:.3f} s, {cost.peak_bytes / 1e6:.0f} MB")
            finally:
                ground.clear()
    for name in results.reasons:
        results.costs.pop(name, None)
    return results


def say(number: int, runner: Contestant, what: str) -> None:
    """Tell on stderr what a run came to."""
    print(f"round {number}: {runner.name}: {what}", file=sys.stderr, flush=True)


def as_json(known: Mapping[str, str], rounds: int, results: Results) -> dict[str, object]:
    """Every single run, for whoever wants more than medians."""
    return {
        "facts": known,
        "rounds": rounds,
        "runs": {
            name: [{"seconds": cost.seconds, "peak_bytes": cost.peak_bytes} for cost in costs]
            for name, costs in results.costs.items()
        },
        "without_figures": results.reasons,
    }
