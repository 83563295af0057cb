CREATE TABLE things (id text PRIMARY KEY, price integer, twice integer GENERATED ALWAYS AS (price * 2) STORED);
