-- The tables of an application that customers order from, and its own rows, on PostgreSQL and SQLite alike.
CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
CREATE TABLE purchase (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    note TEXT NOT NULL,
    total NUMERIC(8, 2) NOT NULL CHECK (total > 0)
);
CREATE INDEX purchase_customer_id ON purchase (customer_id);
CREATE TABLE setting (name TEXT PRIMARY KEY, content TEXT);
INSERT INTO customer VALUES (1, 'amina@example.com', 'Amina Haddad'), (2, 'east.seed.test@example.com', 'Bilal Saad');
INSERT INTO purchase VALUES (1, 1, 'ring twice', 12.50), (2, 2, '', 0.01), (3, 2, 'no hurry', 99.99);
INSERT INTO setting VALUES ('currency', 'EUR'), ('banner', NULL);
