-- What the previous version of the app has made.
CREATE TABLE groups (id INTEGER PRIMARY KEY, label TEXT NOT NULL);
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    nick TEXT,
    age INTEGER NOT NULL DEFAULT 0,
    group_id INTEGER
);
CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title TEXT NOT NULL
);
CREATE INDEX users_name_idx ON users (name);
CREATE UNIQUE INDEX posts_title_key ON posts (title);
CREATE VIEW names AS SELECT id, name FROM users;
CREATE TRIGGER touched AFTER UPDATE OF nick ON users BEGIN SELECT 1; END;
CREATE TABLE docs (
    id INTEGER PRIMARY KEY,
    body TEXT,
    code VARCHAR(10),
    n INTEGER,
    made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP
);
CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT, price INTEGER);
CREATE TABLE orders_history (id INTEGER, item TEXT, price INTEGER);
CREATE TABLE orders_log (id INTEGER, what TEXT);
CREATE TRIGGER order_kept AFTER UPDATE ON orders BEGIN INSERT INTO orders_history SELECT * FROM orders WHERE id = OLD.id; END;
CREATE TRIGGER order_logged AFTER INSERT ON orders BEGIN INSERT INTO orders_log VALUES (NEW.id, 'made'); END;
CREATE TABLE rooms (id INTEGER PRIMARY KEY, label TEXT);
CREATE TABLE old_rooms (id INTEGER PRIMARY KEY, label TEXT);
CREATE VIEW all_rooms AS SELECT * FROM rooms UNION ALL SELECT * FROM old_rooms;
CREATE TABLE desks (id INTEGER PRIMARY KEY, label TEXT);
CREATE VIEW low_desks AS SELECT * FROM desks WHERE id < 100;
CREATE TABLE chairs (id INTEGER PRIMARY KEY, label TEXT);
CREATE VIEW named_chairs (id, label) AS SELECT * FROM chairs;
CREATE TABLE boxes (
    id INTEGER NOT NULL PRIMARY KEY,
    weight UNSIGNED BIG INT NOT NULL,
    code VARYING CHARACTER(20) NOT NULL UNIQUE,
    seen INTEGER NOT NULL DEFAULT (strftime('%s','now'))
);
CREATE TABLE slips (id TEXT PRIMARY KEY, label TEXT);
CREATE TABLE stamps (id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL DEFAULT (strftime('%s', 'now')), n INTEGER);
CREATE TABLE lids (id INTEGER PRIMARY KEY, box_id INTEGER REFERENCES boxes (id));
