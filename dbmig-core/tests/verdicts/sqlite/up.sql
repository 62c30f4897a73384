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
-- => breaking; 4:12 rebuilds the table users, and its trigger touched goes with the old one
PRAGMA legacy_alter_table = ON;
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nick TEXT, age INTEGER NOT NULL DEFAULT 0, group_id INTEGER, bio TEXT);
INSERT INTO users_new (id, name, nick, age, group_id) SELECT id, name, nick, age, group_id FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
PRAGMA legacy_alter_table = OFF;
-- => breaking; 1:1 rebuilds the table users, and its trigger touched goes with the old one
ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nick TEXT, age INTEGER NOT NULL DEFAULT 0, group_id INTEGER);
INSERT INTO users SELECT * FROM users_old;
DROP TABLE users_old;
-- => breaking; 4:12 rebuilds the table users while posts refers to it: DROP TABLE deletes its rows first, and those that refer to them (PRAGMA foreign_keys = OFF)
PRAGMA legacy_alter_table = ON;
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nick TEXT, age INTEGER NOT NULL DEFAULT 0, group_id INTEGER, bio TEXT);
INSERT INTO users_new (id, name, nick, age, group_id) SELECT id, name, nick, age, group_id FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
CREATE TRIGGER touched AFTER UPDATE OF nick ON users BEGIN SELECT 1; END;
PRAGMA legacy_alter_table = OFF;
-- => breaking; 4:12 rebuilds the table docs: its new foreign key goes to docs_new, which PRAGMA legacy_alter_table leaves there
PRAGMA legacy_alter_table = ON;
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP, root INTEGER REFERENCES docs_new (id));
INSERT INTO docs_new SELECT *, NULL FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
PRAGMA legacy_alter_table = OFF;
-- => compatible; 5:12 harmless: rebuilds the table users with all that was in it, new column users.bio
PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;
CREATE TABLE users_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, nick TEXT, age INTEGER NOT NULL DEFAULT 0, group_id INTEGER, bio TEXT);
INSERT INTO users_new (id, name, nick, age, group_id) SELECT id, name, nick, age, group_id FROM users;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;
CREATE INDEX users_name_idx ON users (name);
CREATE TRIGGER touched AFTER UPDATE OF nick ON users BEGIN SELECT 1; END;
PRAGMA foreign_key_check(users);
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_keys = ON;
-- => compatible; 3:12 harmless: rebuilds the table docs with all that was in it, new column docs.lang
CREATE TABLE "new_docs" (id INTEGER PRIMARY KEY NOT NULL, "body" text, code TEXT, n BIGINT, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP, lang TEXT NOT NULL DEFAULT 'en' CHECK (lang IN ('en', 'de')));
INSERT INTO new_docs (id, body, code, n, made_at, updated_at, lang) SELECT d.id, d.body, d.code, n, made_at, updated_at, 'de' FROM docs AS d ORDER BY id;
DROP TABLE "docs";
ALTER TABLE new_docs RENAME TO docs;
-- => compatible; 2:1 harmless: rebuilds the table docs with all that was in it
PRAGMA legacy_alter_table = OFF;
ALTER TABLE docs RENAME TO old_docs;
CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs SELECT * FROM old_docs;
DROP TABLE old_docs;
-- => compatible; 3:12 harmless: rebuilds the table posts with all that was in it, new column posts.editor_id
CREATE TABLE posts_new (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, user_id INTEGER NOT NULL, editor_id INTEGER REFERENCES users (id) ON DELETE SET NULL, FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE);
INSERT INTO posts_new (id, title, user_id) SELECT id, title, user_id FROM posts;
DROP TABLE posts;
ALTER TABLE posts_new RENAME TO posts;
CREATE UNIQUE INDEX posts_title_key ON posts (title);
-- => compatible; 2:1 harmless: rebuilds the table posts with all that was in it
DROP INDEX posts_title_key;
ALTER TABLE posts RENAME TO posts_old;
CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, title TEXT NOT NULL UNIQUE);
INSERT INTO posts (id, user_id, title) SELECT id, user_id, title FROM posts_old;
DROP TABLE posts_old;
-- => breaking fails; 3:12 drops the column docs.code
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new SELECT id, body, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 changes the type of docs.n from integer to text
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n TEXT, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking fails; 3:12 the column docs.body becomes NOT NULL
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT NOT NULL, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 the column docs.made_at may be NULL from now on, which the previous version does not expect
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking fails; 3:12 the column docs.made_at loses its default
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 changes the primary key of docs
CREATE TABLE docs_new (id INTEGER NOT NULL UNIQUE, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 redefines the column docs.id
CREATE TABLE docs_new (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 new UNIQUE (body) on what was in the table docs before
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT UNIQUE, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking fails; 3:12 new CHECK on what was in the table docs before
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP, CHECK (n < 10));
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking fails; 3:12 new FOREIGN KEY on what was in the table docs before
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER REFERENCES groups (id), made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 changes the type of docs.made_at from timestamp to text
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code TEXT, n INTEGER, made_at TEXT NOT NULL DEFAULT CURRENT_TEXT, updated_at TEXT) STRICT;
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking fails; 3:12 the new column docs.lang is NOT NULL without a default
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP, lang TEXT NOT NULL);
INSERT INTO docs_new SELECT *, 'en' FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 rebuilds the table docs: it may not copy all rows as they are
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new SELECT * FROM docs WHERE n > 0;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 rebuilds the table docs: it may not copy all rows as they are
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT OR IGNORE INTO docs_new SELECT * FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 rebuilds the table docs: it changes body where it copies it
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new SELECT id, code, body, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 rebuilds the table docs: it changes n where it copies it
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new SELECT id, body, code, n + 1, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 rebuilds the table docs: it does not copy body
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, code, n, made_at, updated_at) SELECT id, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 rebuilds the table docs, and changes it further in the same script
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
UPDATE docs SET n = 0;
-- => breaking fails; 3:12 rebuilds the table docs, and changes it further in the same script
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
CREATE TRIGGER docs_kept AFTER UPDATE ON docs BEGIN SELECT RAISE(ABORT, 'no'); END;
-- => breaking; 3:12 rebuilds the table docs, and changes it further in the same script
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new (id, body, code, n, made_at, updated_at) SELECT id, body, code, n, made_at, updated_at FROM docs;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
CREATE TRIGGER docs_made AFTER INSERT ON groups BEGIN DELETE FROM docs; END;
-- => breaking; 2:12 rebuilds the table docs: its rows are not copied
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking fails; 3:12 rebuilds the table posts without its UNIQUE (title), which ON CONFLICT and upserts may need
CREATE TABLE posts_new (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, title TEXT NOT NULL);
INSERT INTO posts_new SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE posts_new RENAME TO posts;
-- => breaking; 3:12 rebuilds the table posts without its FOREIGN KEY to users, or with another one, on which the previous version may rely (cascades)
CREATE TABLE posts_new (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL, title TEXT NOT NULL UNIQUE);
INSERT INTO posts_new SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE posts_new RENAME TO posts;
-- => breaking; 4:12 the new column chairs.legs breaks older code: the view named_chairs copies all columns with *
PRAGMA legacy_alter_table = ON;
CREATE TABLE chairs_new (id INTEGER PRIMARY KEY, label TEXT, legs INTEGER);
INSERT INTO chairs_new (id, label) SELECT id, label FROM chairs;
DROP TABLE chairs;
ALTER TABLE chairs_new RENAME TO chairs;
PRAGMA legacy_alter_table = OFF;
-- => breaking; 1:1 rebuilds the table desks, and low_desks goes with the old one to its new name
ALTER TABLE desks RENAME TO old_desks;
CREATE TABLE desks (id INTEGER PRIMARY KEY, label TEXT);
INSERT INTO desks SELECT * FROM old_desks;
DROP TABLE old_desks;
-- => breaking; 4:12 rebuilds the table docs, and changes it further in the same script
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new SELECT * FROM docs;
DELETE FROM docs_new WHERE n < 0;
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 4:12 rebuilds the table docs, and changes it further in the same script
CREATE TABLE docs_new (id INTEGER PRIMARY KEY, body TEXT, code VARCHAR(10), n INTEGER, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP);
INSERT INTO docs_new SELECT * FROM docs;
INSERT INTO docs_new (id, body) VALUES (-1, 'new');
DROP TABLE docs;
ALTER TABLE docs_new RENAME TO docs;
-- => breaking; 3:12 rebuilds the table posts, and whether its keys compare as before (COLLATE) is not known
CREATE TABLE posts_new (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, title TEXT NOT NULL);
INSERT INTO posts_new SELECT * FROM posts;
DROP TABLE posts;
ALTER TABLE posts_new RENAME TO posts;
CREATE UNIQUE INDEX posts_title_key ON posts (title COLLATE NOCASE);
-- => breaking; 3:12 makes the table groups STRICT
CREATE TABLE groups_new (id INTEGER PRIMARY KEY, label TEXT NOT NULL) STRICT;
INSERT INTO groups_new SELECT * FROM groups;
DROP TABLE groups;
ALTER TABLE groups_new RENAME TO groups;
-- => breaking; 3:12 makes the table groups WITHOUT ROWID
CREATE TABLE groups_new (id INTEGER PRIMARY KEY, label TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO groups_new SELECT * FROM groups;
DROP TABLE groups;
ALTER TABLE groups_new RENAME TO groups;
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
-- => breaking fails; 1:29 the expression of the new column docs.kind may fail: a member of a document that may be none
ALTER TABLE docs ADD COLUMN kind TEXT AS (body ->> '$.kind');
CREATE INDEX docs_kind_idx ON docs (kind);
-- => breaking fails; 1:31 the new column orders.note breaks older code: the trigger order_kept copies all columns with *
ALTER TABLE orders ADD COLUMN note TEXT;
-- => breaking fails; 1:39 the new column orders_history.note breaks older code: the trigger order_kept inserts without naming the columns
ALTER TABLE orders_history ADD COLUMN note TEXT;
-- => breaking fails; 1:35 the new column orders_log.made_at breaks older code: the trigger order_logged inserts without naming the columns
ALTER TABLE orders_log ADD COLUMN made_at TEXT;
-- => breaking fails; 1:30 the new column rooms.floor breaks older code: the view all_rooms copies all columns with *
ALTER TABLE rooms ADD COLUMN floor INTEGER;
-- => compatible; 1:30 only adds: new column desks.floor
ALTER TABLE desks ADD COLUMN floor INTEGER;
-- => breaking fails; 1:31 the new column chairs.legs breaks older code: the view named_chairs copies all columns with *
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
-- => breaking fails; 1:1 renames the table chairs
ALTER TABLE chairs RENAME TO things;
CREATE VIEW chairs AS SELECT id, label FROM things;
-- => breaking; 2:1 rows of badges point to rows of docs, which the previous version cannot delete or rename then: ON DELETE CASCADE ON UPDATE CASCADE lets it
CREATE TABLE badges (id INTEGER PRIMARY KEY, doc_id INTEGER NOT NULL, FOREIGN KEY (doc_id) REFERENCES docs (id));
INSERT INTO badges (id, doc_id) SELECT id, id FROM docs;
-- => compatible; 1:1 only adds: new table badges
CREATE TABLE badges (id INTEGER PRIMARY KEY, doc_id INTEGER NOT NULL, FOREIGN KEY (doc_id) REFERENCES docs (id) ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO badges (id, doc_id) SELECT id, id FROM docs;
-- => compatible; 1:1 only adds: new table badges
CREATE TABLE badges (id INTEGER PRIMARY KEY, doc_id INTEGER, FOREIGN KEY (doc_id) REFERENCES docs (id));
INSERT INTO badges (id) VALUES (1);
-- => breaking; 2:1 rows of docs point to rows of groups, which the previous version cannot delete or rename then: ON DELETE CASCADE ON UPDATE CASCADE lets it
ALTER TABLE docs ADD COLUMN group_id INTEGER REFERENCES groups (id);
UPDATE docs SET group_id = 1;
-- => compatible; 4:12 harmless: rebuilds the table boxes with all that was in it, new column boxes.colour
PRAGMA foreign_keys = OFF;
CREATE TABLE new_boxes (id INTEGER NOT NULL PRIMARY KEY, code VARYING CHARACTER(20) NOT NULL UNIQUE, colour UNSIGNED BIG INT, weight UNSIGNED BIG INT NOT NULL, seen INTEGER NOT NULL DEFAULT (strftime('%s','now')));
INSERT INTO new_boxes SELECT id, code, NULL, weight, seen FROM boxes;
DROP TABLE boxes;
ALTER TABLE new_boxes RENAME TO boxes;
-- => compatible; 3:12 harmless: rebuilds the table boxes with all that was in it
CREATE TABLE IF NOT EXISTS new_boxes (id INTEGER NOT NULL PRIMARY KEY, code VARYING CHARACTER(20) NOT NULL UNIQUE, weight UNSIGNED BIG INT NOT NULL, seen INTEGER NOT NULL DEFAULT (strftime('%s','now')));
INSERT INTO new_boxes SELECT id, code, weight, seen FROM boxes WHERE id NOT NULL;
DROP TABLE boxes;
ALTER TABLE new_boxes RENAME TO boxes;
-- => breaking; 3:12 rebuilds the table boxes: it changes weight where it copies it
CREATE TABLE new_boxes (id INTEGER NOT NULL PRIMARY KEY, code VARYING CHARACTER(20) NOT NULL UNIQUE, weight UNSIGNED BIG INT NOT NULL, seen INTEGER NOT NULL DEFAULT (strftime('%s','now')));
INSERT INTO new_boxes SELECT id, code, seen, weight FROM boxes;
DROP TABLE boxes;
ALTER TABLE new_boxes RENAME TO boxes;
-- => breaking; 3:12 rebuilds the table boxes: it may not copy all rows as they are
CREATE TABLE new_boxes (id INTEGER NOT NULL PRIMARY KEY, code VARYING CHARACTER(20) NOT NULL UNIQUE, weight UNSIGNED BIG INT NOT NULL, seen INTEGER NOT NULL DEFAULT (strftime('%s','now')));
INSERT INTO new_boxes SELECT id, code, weight, seen FROM boxes WHERE weight > 0;
DROP TABLE boxes;
ALTER TABLE new_boxes RENAME TO boxes;
-- => breaking; 3:12 rebuilds the table slips: it may not copy all rows as they are
CREATE TABLE new_slips (id TEXT PRIMARY KEY, label TEXT, more TEXT);
INSERT INTO new_slips (id, label) SELECT id, label FROM slips WHERE id IS NOT NULL;
DROP TABLE slips;
ALTER TABLE new_slips RENAME TO slips;
-- => breaking; 3:12 changes the type of boxes.weight from unsigned big int to text
CREATE TABLE new_boxes (id INTEGER NOT NULL PRIMARY KEY, code VARYING CHARACTER(20) NOT NULL UNIQUE, weight TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT (strftime('%s','now')));
INSERT INTO new_boxes SELECT id, code, weight, seen FROM boxes;
DROP TABLE boxes;
ALTER TABLE new_boxes RENAME TO boxes;
-- => compatible; 1:1 only adds: new trigger stamped on stamps
CREATE TRIGGER stamped AFTER UPDATE ON stamps BEGIN UPDATE stamps SET at = strftime('%s','now') WHERE id = OLD.id; END;
-- => breaking; 1:1 new trigger stamped on stamps: it writes stamps.n, which the previous version may write itself
CREATE TRIGGER stamped AFTER UPDATE ON stamps BEGIN UPDATE stamps SET n = strftime('%s','now') WHERE id = OLD.id; END;
-- => breaking; 1:1 new trigger stamped on stamps: it may fail: a function that is not known to be safe
CREATE TRIGGER stamped AFTER UPDATE ON stamps BEGIN UPDATE stamps SET at = strftime('%x','now') WHERE id = OLD.id; END;
-- => compatible; 2:1 only adds: new trigger touched on users
DROP TRIGGER touched;
CREATE TRIGGER touched AFTER UPDATE OF nick ON users BEGIN SELECT 1; END;
-- => breaking fails; 1:14 drops the trigger touched, on which the previous version may rely
DROP TRIGGER touched;
CREATE TRIGGER touched AFTER UPDATE OF nick ON users BEGIN SELECT RAISE(ABORT, 'no'); END;
-- => compatible; 1:1 only adds: new rows in groups
INSERT INTO groups VALUES (7, 'new');
