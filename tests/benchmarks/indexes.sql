-- The workload's foreign keys have no indexes. Without them every row that goes makes PostgreSQL read the whole table below
-- it, whoever deletes; with them there is something to measure.
CREATE INDEX ON gigs (user_id);
CREATE INDEX ON orders (gig_id);
CREATE INDEX ON orders (buyer_id);
