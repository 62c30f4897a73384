-- What the previous version of the app has made.
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE groups (id INTEGER PRIMARY KEY, label VARCHAR(40) NOT NULL);
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name VARCHAR(40) NOT NULL,
    nick TEXT,
    age INTEGER NOT NULL DEFAULT 0,
    worth NUMERIC(8, 2),
    mood mood,
    group_id INTEGER,
    street VARCHAR(40) NOT NULL DEFAULT 'Main Street',
    CONSTRAINT users_age_check CHECK (age >= 0)
);
CREATE TABLE posts (
    id SERIAL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL
);
CREATE TABLE events (id INTEGER NOT NULL, at DATE NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2020 PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE UNIQUE INDEX groups_label_idx ON groups (label);
CREATE INDEX users_name_idx ON users (name);
CREATE UNIQUE INDEX posts_title_key ON posts (title);
CREATE VIEW names AS SELECT id, name FROM users;
CREATE MATERIALIZED VIEW name_counts AS SELECT name, COUNT(*) AS many FROM users GROUP BY name;
CREATE FUNCTION twice(x INTEGER) RETURNS INTEGER LANGUAGE sql AS 'SELECT 2 * x';
CREATE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
CREATE SEQUENCE tickets;
CREATE FUNCTION touch() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
-- Rows that go into a default partition, a table without a key, a value that came later.
CREATE TABLE audits (at DATE NOT NULL, level INTEGER) PARTITION BY RANGE (at);
CREATE TABLE audits_rest PARTITION OF audits DEFAULT;
CREATE TABLE notes (body TEXT, level INTEGER);
CREATE TABLE marks (id SERIAL PRIMARY KEY, label TEXT NOT NULL, mood mood);
ALTER TYPE mood ADD VALUE 'numb';
ALTER TABLE notes ADD CONSTRAINT notes_level CHECK (level IS NOT NULL) NOT VALID;
ALTER TABLE notes VALIDATE CONSTRAINT notes_level;
