CREATE TABLE things (id text PRIMARY KEY, name text NOT NULL, kind text NOT NULL DEFAULT 'x');
