"""`apply --mode upsert` where an update moves a row to another partition, which the server counts as something else."""

from pathlib import Path

import pytest
from upserts import Database, counts, upsert, write_spec, writes_nothing

EVENTS = """
  event:
    count: 6
    key: id
    fields: {id: {sequence: 1}, region: {cycle: [a, b, c]}, size: {sequence: 10}}
"""
TABLES = """
CREATE TABLE event (id integer NOT NULL, region text NOT NULL, size integer) PARTITION BY LIST (region);
CREATE TABLE event_a PARTITION OF event FOR VALUES IN ('a');
CREATE TABLE event_rest PARTITION OF event DEFAULT PARTITION BY LIST (region);
CREATE TABLE event_b PARTITION OF event_rest FOR VALUES IN ('b');
CREATE TABLE event_others PARTITION OF event_rest DEFAULT;
CREATE TABLE log (id integer);
"""
MOVED = "UPDATE event SET region = 'a' WHERE id IN (2, 3); UPDATE event SET size = 0 WHERE id IN (3, 4);"
"""What lets two rows move back, one of them with another value, and one change where it is."""


@pytest.fixture
def database(postgres_url: str) -> Database:
    made = Database(postgres_url, None)
    made.script(TABLES)
    return made


def test_rows_move_from_one_partition_to_another(tmp_path: Path, database: Database) -> None:
    spec = write_spec(tmp_path, EVENTS)
    assert counts(upsert(spec, database)) == {"event": (6, 0)}
    database.script(MOVED)
    assert counts(upsert(spec, database)) == {"event": (0, 3)}
    assert database.rows("SELECT id FROM event_b ORDER BY id") == [(2,), (5,)]
    writes_nothing(spec, database)
    database.script(f"{MOVED} DELETE FROM event WHERE id = 1;")
    assert counts(upsert(spec, database)) == {"event": (1, 3)}
    writes_nothing(spec, database)


@pytest.mark.parametrize(
    "more",
    [
        "INSERT INTO event VALUES (99, 'a', 0)",
        "DELETE FROM event WHERE id = 5",
        "DELETE FROM event WHERE id = 5; INSERT INTO event VALUES (99, 'a', 0)",
        "UPDATE event SET size = 0 WHERE id = 6",
        "INSERT INTO log VALUES (1)",
    ],
)
def test_a_trigger_that_does_more_still_stops_the_run(tmp_path: Path, database: Database, more: str) -> None:
    spec = write_spec(tmp_path, EVENTS)
    assert counts(upsert(spec, database)) == {"event": (6, 0)}
    database.script(MOVED)
    database.script(f"""
        CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {more}; RETURN NULL; END $$;
        CREATE TRIGGER more AFTER UPDATE ON event FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
        EXECUTE FUNCTION more();
    """)
    before = database.everything()
    outcome = upsert(spec, database)
    assert outcome.code == 1
    assert "were meant" in outcome.json["error"]
    assert database.everything() == before
