"""Tables and keys that somebody makes between the reading of the catalogue and the first row that goes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from seedengine import engine
from seedengine.diagnostics import DatabaseError
from seedengine.spec.load import Loaded
from seedengine.targets.protocol import Target
from seedengine.targets.url import open_target

SPEC = """
seedspec: 1
name: people
seed: 1
cleanup: {person: {id: {starts_with: seed}}}
entities:
  person: {count: 3, fields: {id: {template: "seed{row}"}}}
"""
KEY = "FOREIGN KEY (person) REFERENCES person"


class Meddled:
    """A target whose database somebody changes each time that a transaction is about to begin."""

    def __init__(self, target: Target, change: Callable[[], object]) -> None:
        self._target, self._change = target, change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def begin(self, **options: Any) -> Any:
        self._change()
        return self._target.begin(**options)


@pytest.mark.parametrize(
    "meanwhile",
    [
        f"CREATE TABLE note AS SELECT person FROM wish; ALTER TABLE note ADD {KEY}",
        f"ALTER TABLE wish RENAME TO note; ALTER TABLE note ADD {KEY}",
    ],
    ids=["a new table", "a new key"],
)
@pytest.mark.parametrize("command", [engine.apply, engine.clean], ids=["apply", "clean"])
def test_rows_of_a_table_that_hangs_only_since_the_run_began_do_not_go(
    command: Callable[[Loaded, Target], object], meanwhile: str, postgres_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(SPEC)
    loaded = engine.load(path)
    target = open_target(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (id text PRIMARY KEY); CREATE TABLE wish (person text)")
        connection.execute("INSERT INTO person VALUES ('seed1'), ('real'); INSERT INTO wish VALUES ('seed1')")
        meddled = cast("Target", Meddled(target, lambda: connection.execute(meanwhile.encode())))
        with pytest.raises(
            DatabaseError, match="rows of `note` would go, a table that was made, or whose keys"
        ) as caught:
            command(loaded, meddled)
        target.close()
        assert caught.value.help == "nothing was changed; run it again"
        assert connection.execute("SELECT id FROM person ORDER BY id").fetchall() == [("real",), ("seed1",)]
        assert connection.execute("SELECT person FROM note").fetchall() == [("seed1",)]
