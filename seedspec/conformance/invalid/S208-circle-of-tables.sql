CREATE TABLE "left" (id text PRIMARY KEY, right_id text NOT NULL REFERENCES "right" (id));
CREATE TABLE "right" (id text PRIMARY KEY, left_id text NOT NULL REFERENCES "left" (id));
