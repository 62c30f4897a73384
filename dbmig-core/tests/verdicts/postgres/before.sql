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
CREATE TABLE docs (
    id INTEGER PRIMARY KEY,
    data JSONB NOT NULL,
    raw JSON,
    body TEXT,
    code VARCHAR(10),
    n INTEGER,
    big BIGINT,
    flag BOOLEAN,
    made_at TIMESTAMP NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ
);
CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT, price INTEGER);
CREATE TABLE orders_history (id INTEGER, item TEXT, price INTEGER);
CREATE TABLE orders_log (id INTEGER, what TEXT);
CREATE FUNCTION keep_order() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orders_history SELECT OLD.*;
    RETURN NEW;
END $$;
CREATE TRIGGER order_kept BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION keep_order();
CREATE FUNCTION log_order() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orders_log VALUES (NEW.id, TG_OP);
    RETURN NULL;
END $$;
CREATE TRIGGER order_logged AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_order();
CREATE TABLE rooms (id INTEGER PRIMARY KEY, label TEXT);
CREATE FUNCTION room(wanted INTEGER) RETURNS SETOF rooms LANGUAGE sql AS 'SELECT id, label FROM rooms WHERE id = wanted';
CREATE TABLE desks (id INTEGER PRIMARY KEY, label TEXT);
CREATE FUNCTION all_desks() RETURNS SETOF desks LANGUAGE sql AS 'SELECT * FROM desks';
CREATE FUNCTION desks_as_json() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN PERFORM to_jsonb(NEW.*); IF NEW.* IS DISTINCT FROM OLD.* THEN RETURN NEW; END IF; RETURN OLD; END';
CREATE TRIGGER desk_shown BEFORE UPDATE ON desks FOR EACH ROW EXECUTE FUNCTION desks_as_json();
CREATE TABLE stamps (id INTEGER PRIMARY KEY, doc_id INTEGER, CONSTRAINT stamps_doc FOREIGN KEY (doc_id) REFERENCES docs (id));
-- Triggers that write the time, functions of its own.
CREATE TABLE cards (id SERIAL PRIMARY KEY, title TEXT NOT NULL, hint TEXT, n INTEGER, updated_at TIMESTAMP NOT NULL DEFAULT now());
CREATE FUNCTION stamp_card() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := current_timestamp;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cards_stamped BEFORE UPDATE ON cards FOR EACH ROW EXECUTE FUNCTION stamp_card();
CREATE FUNCTION plain_title(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT replace(lower($1), '-', '_'); $$;
CREATE FUNCTION tenth(n integer) RETURNS integer IMMUTABLE LANGUAGE sql AS $$ SELECT 10 / n $$;
CREATE FUNCTION next_ticket(text) RETURNS bigint LANGUAGE sql AS $$ SELECT nextval($1) $$;
CREATE FUNCTION unused() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TABLE ranks (id TEXT PRIMARY KEY, label TEXT NOT NULL);
CREATE TABLE rank_rights (rank_id TEXT NOT NULL REFERENCES ranks (id), what TEXT NOT NULL, PRIMARY KEY (rank_id, what));
CREATE TABLE plates (id SERIAL PRIMARY KEY, n INTEGER, updated_at TIMESTAMP NOT NULL DEFAULT now());
CREATE FUNCTION stamp_plate() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    kept integer;
BEGIN
    kept := NEW.n;
    OLD.n := NEW.n;
    IF NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
        NEW.updated_at := now();
    END IF;
    NEW.n := kept;
    RETURN NEW;
END $$;
CREATE TRIGGER plates_stamped BEFORE UPDATE ON plates FOR EACH ROW EXECUTE FUNCTION stamp_plate();
CREATE FUNCTION seen(integer) RETURNS boolean LANGUAGE sql AS $$ SELECT nextval('tickets') IS NOT NULL $$;
CREATE TABLE bowls (id SERIAL PRIMARY KEY, n INTEGER, updated_at TIMESTAMP NOT NULL DEFAULT now());
CREATE FUNCTION stamp_bowl() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF seen(NEW.n) THEN
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bowls_stamped BEFORE UPDATE ON bowls FOR EACH ROW EXECUTE FUNCTION stamp_bowl();
