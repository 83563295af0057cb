"""Whatever the tool and the application do in whatever order: the database holds what a model in Python says."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from letters import (
    SCHEMA,
    SPEC,
    Database,
    Postgres,
    RefusedByModel,
    Sqlite,
    State,
    applied,
    cleaned,
    going,
    read_state,
    upserted,
)

from seedengine import engine
from seedengine.diagnostics import DatabaseError, Refused
from seedengine.generation.entity import make_rows, open_world
from seedengine.planning import Allowed
from seedengine.spec.load import Loaded
from seedengine.targets.url import open_target

EXAMPLES, STEPS = 22, 60
"""The steps of all examples together are counted, and must be 1,000 or more on each database."""

LONG = int(os.environ.get("SEEDENGINE_TEST_STATEFUL_EXAMPLES", "0"))
"""So many examples, of other choices each time, for a long run."""

VARIANTS = [(1, 2), (1, 4), (2, 3)]
"""Seeds and counts of the specs."""

Variant = tuple[Loaded, State]
Apply = tuple[int, bool, int | None]
"""A variant, `--delete-mixed` and `--max-deletes`."""

variants = st.integers(0, len(VARIANTS) - 1)
applies = st.tuples(variants, st.booleans(), st.sampled_from([None, 0, 3, 100]))
numbers = st.integers(0, 10**6)


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> list[Variant]:
    folder = tmp_path_factory.mktemp("specs")
    return [_variant(folder / f"{seed}-{count}.yaml", seed, count) for seed, count in VARIANTS]


def _variant(path: Path, seed: int, count: int) -> Variant:
    path.write_text(SPEC.format(seed=seed, count=count))
    loaded = engine.load(path)
    world = open_world(loaded.spec)
    rows: dict[str, pl.DataFrame] = {
        name: make_rows(world, name, 0, world.count(name)) for name in ("person", "letter")
    }
    people, letters = (rows[name].rows() for name in ("person", "letter"))
    return loaded, State({id: (email, note) for id, email, note in people}, {id: (a, b) for id, a, b in letters})


class AnyOrder(RuleBasedStateMachine):
    """One database and its model."""

    def __init__(self, database: Database, specs: list[Variant], counted: Callable[[], None]) -> None:
        super().__init__()
        self.database, self.specs, self.counted = database, specs, counted
        self.model = State()
        self.made = 0

    @initialize()
    def empty(self) -> None:
        self.database.execute("DELETE FROM letter")
        self.database.execute("DELETE FROM person")

    def expect(self, after: State) -> None:
        """The database holds exactly this now."""
        self.counted()
        self.model = after
        assert read_state(self.database) == after

    # ---- the application

    def _new(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    @rule(real=st.booleans(), number=st.integers(1, 6))
    def insert_person(self, real: bool, number: int) -> None:
        id = self._new("person")
        email = f"{id}@example.org" if real else f"p{number}@seed.test"
        if any(email == taken for taken, _ in self.model.person.values()):
            return
        self.database.execute("INSERT INTO person VALUES (:id, :email, NULL)", {"id": id, "email": email})
        self.expect(State({**self.model.person, id: (email, None)}, self.model.letter))

    @precondition(lambda self: self.model.person)
    @rule(sender=numbers, receiver=st.none() | numbers)
    def insert_letter(self, sender: int, receiver: int | None) -> None:
        people = sorted(self.model.person)
        ends = (people[sender % len(people)], None if receiver is None else people[receiver % len(people)])
        id = self._new("letter")
        self.database.execute("INSERT INTO letter VALUES (:id, :a, :b)", {"id": id, "a": ends[0], "b": ends[1]})
        self.expect(State(self.model.person, {**self.model.letter, id: ends}))

    @precondition(lambda self: self.model.person)
    @rule(chosen=numbers)
    def write_a_note(self, chosen: int) -> None:
        id = sorted(self.model.person)[chosen % len(self.model.person)]
        self.database.execute("UPDATE person SET note = 'written' WHERE id = :id", {"id": id})
        self.expect(State({**self.model.person, id: (self.model.person[id][0], "written")}, self.model.letter))

    @precondition(lambda self: self.model.letter)
    @rule(chosen=numbers)
    def delete_letter(self, chosen: int) -> None:
        id = sorted(self.model.letter)[chosen % len(self.model.letter)]
        self.database.execute("DELETE FROM letter WHERE id = :id", {"id": id})
        self.expect(State(self.model.person, {key: row for key, row in self.model.letter.items() if key != id}))

    # ---- the tool

    def _apply(self, call: Apply, progress: engine.Progress | None = None) -> None:
        loaded, _ = self.specs[call[0]]
        with closing(open_target(self.database.url)) as target:
            engine.apply(loaded, target, allowed=Allowed(call[1], call[2]), progress=progress)

    def _applied(self, state: State, call: Apply) -> State:
        try:
            return applied(state, self.specs[call[0]][1], call[1], call[2])
        except RefusedByModel:
            return state

    @rule(call=applies)
    def apply(self, call: Apply) -> None:
        try:
            after = applied(self.model, self.specs[call[0]][1], call[1], call[2])
        except RefusedByModel:
            with pytest.raises(Refused):
                self._apply(call)
            after = self.model
        else:
            self._apply(call)
        self.expect(after)

    @rule(call=applies)
    def clean(self, call: Apply) -> None:
        loaded, made = self.specs[call[0]]
        with closing(open_target(self.database.url)) as target:
            try:
                after = cleaned(self.model, made, call[1], call[2])
            except RefusedByModel:
                with pytest.raises(Refused):
                    engine.clean(loaded, target, allowed=Allowed(call[1], call[2]))
                after = self.model
            else:
                engine.clean(loaded, target, allowed=Allowed(call[1], call[2]))
        self.expect(after)

    @rule(variant=variants)
    def upsert(self, variant: int) -> None:
        loaded, made = self.specs[variant]
        with closing(open_target(self.database.url)) as target:
            engine.upsert(loaded, target)
            self.expect(upserted(self.model, made))
            again = engine.upsert(loaded, target)
        assert not any(table.inserted or table.updated for table in again.tables)

    @rule(variant=variants)
    def plan(self, variant: int) -> None:
        loaded, made = self.specs[variant]
        with closing(open_target(self.database.url)) as target:
            steps = {step.table: step for step in engine.build_plan(loaded, target).clean}
        found = going(self.model, made)
        assert (steps["person"].rows, steps["letter"].rows) == (len(found.person), len(found.letter))
        assert steps["letter"].mixed == len(found.mixed)
        assert sum(step.strangers for step in steps.values()) == found.strangers
        self.expect(self.model)

    @rule(call=applies, at=st.integers(1, 2))
    def break_the_connection(self, call: Apply, at: int) -> None:
        seen = 0

        def progress(_table: str, _done: int, _total: int) -> None:
            nonlocal seen
            seen += 1
            if seen == at:
                self.database.end_others()

        after = self.model
        try:
            self._apply(call, progress)
        except (DatabaseError, InterruptedError, Refused):
            pass
        else:
            assert seen < at, "it was broken, and yet went on"
            after = self._applied(self.model, call)
        self.expect(after)

    @rule(first=applies, second=applies)
    def two_at_once(self, first: Apply, second: Apply) -> None:
        def attempt(call: Apply) -> None:
            try:
                self._apply(call)
            except Refused:
                refused.append(call)

        refused: list[Apply] = []
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(attempt, (first, second)))
        orders = [self._applied(self._applied(self.model, a), b) for a, b in ((first, second), (second, first))]
        found = read_state(self.database)
        assert found in orders
        self.expect(found)


@pytest.fixture(params=["postgres", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made: Database = (
        Postgres(request.getfixturevalue("postgres_url"))
        if request.param == "postgres"
        else Sqlite(str(tmp_path / "app.db"))
    )
    for statement in SCHEMA:
        made.execute(statement)
    yield made
    made.close()


@pytest.mark.timeout(7200 if LONG else 900)
def test_any_order(database: Database, specs: list[Variant]) -> None:
    steps = 0

    def counted() -> None:
        nonlocal steps
        steps += 1

    chosen = settings(
        max_examples=LONG or EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=not LONG,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(lambda: AnyOrder(database, specs, counted), settings=chosen)  # type: ignore[no-untyped-call]
    assert steps >= 1000
