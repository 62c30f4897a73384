-- => compatible; 1:1 only adds: new table tags
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, label TEXT NOT NULL UNIQUE CHECK (length(label) > 0));
-- => compatible; 1:1 only adds: new table tags
CREATE TABLE tags (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, UNIQUE (user_id, at), FOREIGN KEY (user_id) REFERENCES users (id)) STRICT;
-- => compatible; 1:1 only adds: new table tags, new table labels
CREATE TABLE tags (id INTEGER PRIMARY KEY, user_id INTEGER);
CREATE UNIQUE INDEX tags_user_idx ON tags (user_id);
INSERT INTO tags (user_id) SELECT id FROM users;
ALTER TABLE tags ADD COLUMN weight INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tags RENAME COLUMN weight TO heft;
ALTER TABLE tags DROP COLUMN heft;
ALTER TABLE tags RENAME TO labels;
UPDATE labels SET user_id = NULL;
DELETE FROM labels;
DROP TABLE labels;
-- => compatible; 1:1 only adds: new table pairs
CREATE TABLE pairs (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
-- => compatible; 1:1 only adds: new table order items
CREATE TABLE IF NOT EXISTS [order items] (`id` INTEGER, "name" VARCHAR(20) COLLATE NOCASE);
-- => compatible; 1:1 only adds: new table untyped
CREATE TABLE untyped (a, b, c DEFAULT 'x');
-- => compatible; 1:1 only adds: new table adults
CREATE TABLE adults AS SELECT id, name FROM users WHERE age >= 18;
-- => compatible; 1:1 only adds: new table t
CREATE TEMP TABLE t (one INTEGER);
DROP TABLE t;
-- => compatible; 1:1 only adds: new table search
CREATE VIRTUAL TABLE search USING fts5(title, body);
-- => compatible; 1:30 only adds: new column users.bio
ALTER TABLE users ADD COLUMN bio TEXT;
-- => compatible; 1:25 only adds: new column users.active
ALTER TABLE "users" ADD active BOOLEAN NOT NULL DEFAULT TRUE;
-- => compatible; 1:35 only adds: new column main.users.score
ALTER TABLE main.users ADD COLUMN score REAL NOT NULL DEFAULT 0.0;
-- => compatible; 1:30 only adds: new column users.loud
ALTER TABLE users ADD COLUMN loud TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL;
-- => compatible; 1:30 only adds: new column users.loud
ALTER TABLE users ADD COLUMN loud TEXT AS (upper(name));
-- => compatible; 1:30 only adds: new column users.status
ALTER TABLE users ADD COLUMN status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'old'));
-- => compatible; 1:1 only adds: new table posts_fts
CREATE VIRTUAL TABLE posts_fts USING fts5(title, content='posts', content_rowid='id', tokenize = "porter unicode61");
INSERT INTO posts_fts (rowid, title) SELECT id, title FROM posts;
INSERT INTO posts_fts (posts_fts) VALUES ('rebuild');
-- => compatible; 1:1 only adds: new table places
CREATE VIRTUAL TABLE IF NOT EXISTS places USING rtree(id, min_x, max_x, min_y, max_y);
-- => compatible; 1:1 only adds: new table posts_search
CREATE VIRTUAL TABLE posts_search USING fts4(content="posts", title);
-- => compatible; - changes nothing that the previous version sees
PRAGMA user_version;
PRAGMA page_count;
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA main.table_xinfo(users);
-- => compatible; - changes nothing that the previous version sees
REINDEX users_name_idx;
ANALYZE users;
-- => compatible; 1:30 only adds: new column users.created_at
ALTER TABLE users ADD COLUMN created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP;
-- => compatible; 1:30 only adds: new column users.twice
ALTER TABLE users ADD COLUMN twice INTEGER GENERATED ALWAYS AS (age * 2) VIRTUAL;
-- => compatible; 1:30 only adds: new column users.boss_id
ALTER TABLE users ADD COLUMN boss_id INTEGER REFERENCES users (id) ON DELETE SET NULL;
-- => compatible; 1:30 only adds: new column users.full_name, new index users_full_name
ALTER TABLE users ADD COLUMN full_name TEXT;
UPDATE users SET full_name = name;
CREATE INDEX users_full_name ON users (full_name COLLATE NOCASE DESC);
-- => compatible; 1:30 only adds: new column users.email, new index users_email
ALTER TABLE users ADD COLUMN email TEXT;
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
-- => compatible; 1:1 only adds: new index users_nick_idx
CREATE INDEX IF NOT EXISTS users_nick_idx ON users (lower(nick)) WHERE nick IS NOT NULL;
-- => compatible; 1:1 only adds: new view adults
CREATE VIEW adults AS SELECT * FROM users WHERE age >= 18;
-- => compatible; 1:1 only adds: new view adults
CREATE TEMPORARY VIEW IF NOT EXISTS adults (id) AS SELECT id FROM users;
-- => compatible; 1:1 only adds: new table greetings
CREATE TABLE greetings (name TEXT);
CREATE TRIGGER greet AFTER INSERT ON greetings WHEN NEW.name = 'x' BEGIN
    DELETE FROM posts;
    UPDATE users SET nick = 'y';
END;
-- => compatible; 1:1 only adds: new table roles
CREATE TABLE roles (id INTEGER PRIMARY KEY, label TEXT NOT NULL);
INSERT INTO roles (id, label) VALUES (1, 'admin'), (2, 'it''s; me') ON CONFLICT (id) DO UPDATE SET label = excluded.label;
INSERT OR IGNORE INTO roles VALUES (1, 'again');
REPLACE INTO roles VALUES (1, 'once more');
-- => compatible; - changes nothing that the previous version sees
PRAGMA foreign_keys = OFF;
PRAGMA foreign_key_check;
PRAGMA cache_size = 2000;
SELECT 1;
ANALYZE;
REINDEX users_name_idx;
-- => compatible; 1:12 harmless: drops the index users_name_idx
DROP INDEX users_name_idx;
-- => breaking fails; 1:12 drops the table posts
DROP TABLE posts;
-- => breaking fails; 1:22 drops the table groups
DROP TABLE IF EXISTS groups;
-- => breaking fails; 1:31 drops the column users.group_id
ALTER TABLE users DROP COLUMN group_id;
-- => breaking fails; 1:24 drops the column users.nick
ALTER TABLE users DROP nick;
-- => breaking fails; 1:33 renames the column users.nick
ALTER TABLE users RENAME COLUMN nick TO handle;
-- => breaking fails; 1:26 renames the column users.nick
ALTER TABLE users RENAME nick TO handle;
-- => breaking fails; 1:1 renames the table posts
ALTER TABLE posts RENAME TO articles;
-- => breaking fails; 1:30 the CHECK of the new column users.size may refuse its default
ALTER TABLE users ADD COLUMN size INTEGER CHECK (size IS NOT NULL AND size <> 7);
-- => breaking fails; 1:30 the CHECK of the new column users.status may refuse its default
ALTER TABLE users ADD COLUMN status TEXT NOT NULL DEFAULT 'x' CHECK (status IN ('new', 'old'));
-- => breaking; 1:1 changes the setting writable_schema
PRAGMA writable_schema = ON;
-- => breaking fails; 2:1 new unique index users_code on what was in the table users before
ALTER TABLE users ADD COLUMN code TEXT DEFAULT 'x';
CREATE UNIQUE INDEX users_code ON users (code);
-- => breaking fails; 1:1 new unique index users_name_key on what was in the table users before
CREATE UNIQUE INDEX users_name_key ON users (name);
-- => breaking fails; 1:12 drops the unique index posts_title_key, which ON CONFLICT and upserts may need
DROP INDEX posts_title_key;
-- => breaking fails; 1:11 drops the view names
DROP VIEW names;
-- => breaking fails; 1:11 replaces the view names, maybe by one that the previous version cannot use
DROP VIEW names;
CREATE VIEW names AS SELECT id FROM users;
-- => breaking; 1:14 drops the trigger touched, on which the previous version may rely
DROP TRIGGER touched;
-- => breaking fails; 1:1 new trigger refused on users, and what it does to the writes of the previous version is not known
CREATE TRIGGER refused BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'no'); END;
-- => breaking; 1:1 deletes rows of the table users
DELETE FROM users WHERE age < 0;
-- => breaking; 1:1 changes rows of the table users
UPDATE users SET nick = name WHERE nick IS NULL;
-- => compatible; 1:1 only adds: new rows in groups
INSERT INTO groups (id, label) VALUES (2, 'new');
-- => breaking; 1:1 adds or changes rows of the table groups
INSERT OR REPLACE INTO groups (id, label) VALUES (2, 'new');
-- => breaking; 1:1 changes the setting user_version
PRAGMA user_version = 7;
-- => breaking; 4:12 rebuilds the table users, and whether the previous version can live with the new one is not known
PRAGMA legacy_alter_table = ON;
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nick TEXT, age INTEGER NOT NULL DEFAULT 0, group_id INTEGER, bio TEXT);
INSERT INTO users_new (id, name, nick, age, group_id) SELECT id, name, nick, age, group_id FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
PRAGMA legacy_alter_table = OFF;
-- => breaking; 1:1 rebuilds the table users, and whether the previous version can live with the new one is not known
ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nick TEXT, age INTEGER NOT NULL DEFAULT 0, group_id INTEGER);
INSERT INTO users SELECT * FROM users_old;
DROP TABLE users_old;
-- => breaking; 2:1 deletes rows of the table users
CREATE TABLE IF NOT EXISTS users (id INTEGER);
DELETE FROM users;
-- => breaking fails; 1:12 drops the table main.posts
DROP TABLE main.posts;
-- => compatible; 1:1 only adds: new table counters
CREATE TABLE counters (n INTEGER DEFAULT 0);
INSERT INTO counters DEFAULT VALUES;
-- => breaking fails; 1:1 new trigger kept on posts, and what it does to the writes of the previous version is not known
CREATE TRIGGER IF NOT EXISTS kept BEFORE DELETE ON posts BEGIN SELECT RAISE(ABORT, 'kept'); END;
-- => breaking; 1:1 changes rows of the table users
UPDATE OR IGNORE users SET nick = 'x';
-- => compatible; - changes nothing that the previous version sees
EXPLAIN QUERY PLAN SELECT * FROM users;
-- => breaking; 1:1 deletes rows of the table posts
WITH old AS (SELECT id FROM users) DELETE FROM posts WHERE user_id IN (SELECT id FROM old);
-- => compatible; 1:30 only adds: new column users.made_at
ALTER TABLE users ADD COLUMN made_at TEXT NOT NULL DEFAULT '2020-01-01';
-- => breaking fails; 1:1 renames the table users
ALTER TABLE "users" RENAME TO [people];
-- => breaking fails; 1:30 users refers to bosses, which is not there: DELETE and INSERT fail
ALTER TABLE users ADD COLUMN boss_id INTEGER REFERENCES bosses (id);
-- => breaking fails; 1:1 fans refers to columns of users that are no key: DELETE and UPDATE of users fail
CREATE TABLE fans (name TEXT REFERENCES users (name));
-- => compatible; 1:1 only adds: new table fans, new table labels
CREATE TABLE fans (label TEXT REFERENCES labels (label), user_id INTEGER REFERENCES users);
CREATE TABLE labels (label TEXT);
CREATE UNIQUE INDEX labels_label ON labels (label);
-- => breaking fails; 1:1 fans refers to nix, which is not there: DELETE and INSERT fail
CREATE TABLE fans (nix_id INTEGER REFERENCES nix (id), user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);
-- => compatible; 1:1 only adds: new rows in groups
INSERT OR IGNORE INTO groups (id, label) VALUES (2, 'new'), (-3, 'newer');
-- => compatible; 2:1 only adds: new table tags, new view tag_ids
DROP TABLE IF EXISTS tags;
CREATE TABLE tags (id INTEGER PRIMARY KEY);
DROP VIEW IF EXISTS tag_ids;
CREATE VIEW tag_ids AS SELECT id FROM tags;
-- => compatible; 1:1 only adds: new index docs_untold_idx
CREATE INDEX docs_untold_idx ON docs ((body IS NULL), n + 1, substr(body, 1, 3), coalesce(code, body)) WHERE n % 2 = 1 OR body LIKE 'a%';
-- => breaking fails values; 1:1 an index on an expression may refuse rows of the previous version: a function that is not known to be safe
CREATE INDEX docs_made_idx ON docs (date(body));
-- => breaking fails; 1:1 an index on an expression may refuse rows of the previous version: a function that is not known to be safe
CREATE INDEX docs_kind_idx ON docs (json_extract(body, '$.kind'));
-- => breaking fails; 1:29 what the new column docs.kind is computed of may fail: a member of a document that may be none
ALTER TABLE docs ADD COLUMN kind TEXT AS (body ->> '$.kind');
CREATE INDEX docs_kind_idx ON docs (kind);
-- => breaking fails; 1:31 the new column orders.note is in the way: the trigger order_kept takes columns by *, which may be more from now on
ALTER TABLE orders ADD COLUMN note TEXT;
-- => breaking fails; 1:39 the new column orders_history.note is in the way: the trigger order_kept fills a table without naming its columns, which are more from now on
ALTER TABLE orders_history ADD COLUMN note TEXT;
-- => breaking fails; 1:35 the new column orders_log.made_at is in the way: the trigger order_logged fills a table without naming its columns, which are more from now on
ALTER TABLE orders_log ADD COLUMN made_at TEXT;
-- => breaking fails; 1:30 the new column rooms.floor is in the way: the view all_rooms takes columns by *, which may be more from now on
ALTER TABLE rooms ADD COLUMN floor INTEGER;
-- => compatible; 1:30 only adds: new column desks.floor
ALTER TABLE desks ADD COLUMN floor INTEGER;
-- => breaking fails; 1:31 the new column chairs.legs is in the way: the view named_chairs takes columns by *, which may be more from now on
ALTER TABLE chairs ADD COLUMN legs INTEGER;
-- => compatible; 1:1 only adds: new trigger docs_updated on docs
CREATE TRIGGER docs_updated AFTER UPDATE ON docs FOR EACH ROW BEGIN
    UPDATE docs SET updated_at = CURRENT_TIMESTAMP WHERE id = OLD.id;
END;
-- => compatible; 1:29 only adds: new column docs.head, new trigger docs_head on docs
ALTER TABLE docs ADD COLUMN head TEXT;
CREATE TRIGGER docs_head AFTER INSERT ON docs WHEN NEW.head IS NULL BEGIN
    UPDATE docs SET head = substr(NEW.body, 1, 10) WHERE rowid = NEW.rowid;
END;
-- => breaking; 1:1 new trigger docs_updated on docs: it may change other rows
CREATE TRIGGER docs_updated AFTER UPDATE ON docs BEGIN
    UPDATE docs SET updated_at = CURRENT_TIMESTAMP WHERE body = NEW.body;
END;
-- => breaking; 1:1 new trigger orders_updated on orders: it makes another trigger run
CREATE TRIGGER orders_updated AFTER INSERT ON orders BEGIN
    UPDATE orders SET price = 1 WHERE id = NEW.id;
END;
-- => compatible; 1:1 only adds: new table docs_fts, new trigger docs_ai on docs, new trigger docs_ad on docs and 1 more
CREATE VIRTUAL TABLE docs_fts USING fts5(body, code, content='docs', content_rowid='id', tokenize='porter unicode61');
INSERT INTO docs_fts (rowid, body, code) SELECT id, body, code FROM docs;
CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN
    INSERT INTO docs_fts(rowid, body, code) VALUES (new.id, new.body, new.code);
END;
CREATE TRIGGER docs_ad AFTER DELETE ON docs BEGIN
    INSERT INTO docs_fts(docs_fts, rowid, body, code) VALUES('delete', old.id, old.body, old.code);
END;
CREATE TRIGGER docs_au AFTER UPDATE ON docs BEGIN
    INSERT INTO docs_fts(docs_fts, rowid, body, code) VALUES('delete', old.id, old.body, old.code);
    INSERT INTO docs_fts(rowid, body, code) VALUES (new.id, new.body, new.code);
END;
-- => compatible; 1:1 only adds: new table docs_fts, new trigger docs_ai on docs, new trigger docs_ad on docs and 1 more
CREATE VIRTUAL TABLE docs_fts USING fts5(body);
INSERT INTO docs_fts (rowid, body) SELECT id, body FROM docs;
CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN INSERT INTO docs_fts(rowid, body) VALUES (new.rowid, new.body); END;
CREATE TRIGGER docs_ad AFTER DELETE ON docs BEGIN DELETE FROM docs_fts WHERE rowid = old.rowid; END;
CREATE TRIGGER docs_au AFTER UPDATE ON docs BEGIN UPDATE docs_fts SET body = new.body WHERE rowid = old.rowid; END;
-- => breaking fails values; 2:1 new trigger docs_ai on docs: the full-text table may get out of step
CREATE VIRTUAL TABLE docs_fts USING fts5(body);
CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN INSERT INTO docs_fts(rowid, body) VALUES (new.id, new.body); END;
-- => compatible; 1:30 only adds: new column users.bio, new columns of the view names
ALTER TABLE users ADD COLUMN bio TEXT;
DROP VIEW names;
CREATE VIEW names AS SELECT id, name, bio FROM users;
