-- Tables with everything that a bulk load has to put back, and with everything that has to stay.
CREATE EXTENSION citext;
CREATE SCHEMA shop;
CREATE FUNCTION folded(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';

-- In the load, with few rows.
CREATE TABLE makers (id bigint PRIMARY KEY, best text);
-- In the load, with many rows.
CREATE TABLE items (
    id text COLLATE "C" PRIMARY KEY WITH (fillfactor = 70),
    number int NOT NULL, maker bigint, code text NOT NULL, note text, words text[], old bigint, at int4range,
    CONSTRAINT "numbers ""of"" items" UNIQUE NULLS NOT DISTINCT (number, note) INCLUDE (code) WITH (fillfactor = 80),
    CONSTRAINT late UNIQUE (code, number) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT apart EXCLUDE USING gist (at WITH &&),
    CONSTRAINT positive CHECK (number > 0));
CREATE TABLE shop."Parts 100%" (
    id bigint PRIMARY KEY, item text COLLATE "C" NOT NULL, number int, note text, next bigint,
    old bigint, maker bigint, seen bigint);
-- Not in the load.
CREATE TABLE stock (id bigint PRIMARY KEY, part bigint);
CREATE TABLE olds (id bigint PRIMARY KEY);



-- This stays, since its triggers are off.
ALTER TABLE shop."Parts 100%" ADD CONSTRAINT off FOREIGN KEY (maker) REFERENCES makers;
ALTER TABLE shop."Parts 100%" DISABLE TRIGGER ALL;

-- These come off and are put back.
ALTER TABLE items ADD CONSTRAINT made FOREIGN KEY (maker) REFERENCES makers ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE items ADD CONSTRAINT unchecked FOREIGN KEY (old) REFERENCES olds NOT VALID;
ALTER TABLE shop."Parts 100%" ADD CONSTRAINT "part's" FOREIGN KEY (item) REFERENCES items ON UPDATE CASCADE ON DELETE RESTRICT;
ALTER TABLE shop."Parts 100%" ADD CONSTRAINT next FOREIGN KEY (next) REFERENCES shop."Parts 100%" DEFERRABLE;
ALTER TABLE shop."Parts 100%" ADD CONSTRAINT "both" FOREIGN KEY (number, note) REFERENCES items (number, note)
    MATCH FULL ON DELETE SET NULL (note);
ALTER TABLE makers ADD FOREIGN KEY (best) REFERENCES items;
CREATE UNIQUE INDEX identity ON items (code COLLATE "POSIX" text_pattern_ops DESC NULLS LAST);
CREATE INDEX folded_notes ON items (lower(note), (number % 10), id) WHERE number > 5;
CREATE INDEX words ON items USING gin (words) WITH (fastupdate = off);
CREATE INDEX brin ON items USING brin (number) WITH (pages_per_range = 16);
CREATE INDEX noted ON items (note DESC, number);
CREATE INDEX hashed ON items USING hash (note);
CREATE INDEX parts_item ON shop."Parts 100%" (item);
CREATE INDEX renamed ON items (old, number) INCLUDE (note);
ALTER TABLE renamed RENAME COLUMN old TO ancient;
ALTER TABLE renamed RENAME COLUMN number TO old;
ALTER INDEX folded_notes ALTER COLUMN 1 SET STATISTICS 500;
ALTER TABLE items REPLICA IDENTITY USING INDEX identity;
ALTER TABLE items CLUSTER ON noted;
COMMENT ON CONSTRAINT items_pkey ON items IS 'it''s a 100% key';
COMMENT ON INDEX items_pkey IS 'the index of the key';
COMMENT ON CONSTRAINT late ON items IS 'in the end';
COMMENT ON CONSTRAINT "part's" ON shop."Parts 100%" IS 'whose';
COMMENT ON CONSTRAINT unchecked ON items IS 'too old';
COMMENT ON INDEX folded_notes IS E'two\nlines';
COMMENT ON INDEX "numbers ""of"" items" IS '%s %(x)s';

-- These stay too.
ALTER TABLE shop."Parts 100%" ADD CONSTRAINT parts_seen UNIQUE (seen);
ALTER TABLE stock ADD FOREIGN KEY (part) REFERENCES shop."Parts 100%" (seen);
CREATE INDEX by_function ON items (folded(note));
CREATE INDEX by_extension ON items (old);
ALTER INDEX by_extension DEPENDS ON EXTENSION citext;
CREATE UNIQUE INDEX broken ON items (words, id);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
