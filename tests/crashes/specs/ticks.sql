-- Measured values, with every kind of thing that a bulk load takes off, and an application's own rows.
CREATE TABLE source (id integer PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE tick (
    id integer PRIMARY KEY,
    source_id integer NOT NULL REFERENCES source ON DELETE CASCADE,
    value integer NOT NULL,
    UNIQUE (source_id, id)
);
CREATE INDEX tick_value ON tick (value) WHERE value > 500000;
COMMENT ON INDEX tick_value IS 'high ones';
INSERT INTO source VALUES (1, 'roof'), (2, 'cellar');
INSERT INTO tick VALUES (1, 1, 20), (2, 1, 600000), (3, 2, 7);
