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
