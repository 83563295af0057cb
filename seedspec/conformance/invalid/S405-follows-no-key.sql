CREATE TABLE owners (id text PRIMARY KEY);
CREATE TABLE things (id text PRIMARY KEY, owner_id text REFERENCES owners (id), note text);
