CREATE TABLE things (id text PRIMARY KEY, name text, email text);
