CREATE TABLE "left" (id uuid PRIMARY KEY, right_id uuid NOT NULL);
CREATE TABLE "right" (id uuid PRIMARY KEY, left_id uuid NOT NULL REFERENCES "left" (id));
ALTER TABLE "left" ADD FOREIGN KEY (right_id) REFERENCES "right" (id);
