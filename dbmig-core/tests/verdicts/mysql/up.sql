-- => compatible; 1:1 only adds: new table tags
CREATE TABLE tags (id INTEGER AUTO_INCREMENT PRIMARY KEY, label VARCHAR(40) NOT NULL UNIQUE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='labels; all';
-- => compatible; 1:1 only adds: new table order items, new table items
CREATE TABLE `order items` (
    `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    `user_id` INT NOT NULL,
    `price` DECIMAL(10, 2) NOT NULL DEFAULT '0.00',
    `state` ENUM('a', 'b') NOT NULL DEFAULT 'a',
    `at` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    `flags` TINYINT(1) NOT NULL DEFAULT '0' COMMENT 'x',
    `doc` JSON,
    PRIMARY KEY (`id`),
    KEY `idx_at` (`at`),
    UNIQUE KEY `uq` (`state`, `flags`),
    CONSTRAINT `fk_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB;
ALTER TABLE `order items` DROP COLUMN doc, ADD COLUMN note TEXT NOT NULL, MODIFY price INT NOT NULL, CHANGE at made_at DATETIME NOT NULL;
INSERT INTO `order items` (user_id, note, price, made_at) SELECT id, 'x', 1, NOW() FROM users;
UPDATE `order items` SET note = 'y';
RENAME TABLE `order items` TO items;
CREATE UNIQUE INDEX note_key ON items (note(10));
DROP TABLE items;
-- => compatible; 1:1 only adds: new table tags
CREATE TABLE IF NOT EXISTS tags (id INTEGER);
-- => compatible; 1:1 only adds: new table copies
CREATE TABLE copies LIKE users;
-- => compatible; 1:1 only adds: new table adults
CREATE TABLE adults AS SELECT id, name FROM users WHERE age >= 18;
-- => compatible; 1:1 only adds: new table t
CREATE TEMPORARY TABLE t (one INTEGER);
DROP TEMPORARY TABLE t;
-- => compatible; 1:30 only adds: new column users.bio
ALTER TABLE users ADD COLUMN bio TEXT;
-- => compatible; 1:23 only adds: new column users.bio, new column users.active
ALTER TABLE users ADD bio TEXT NULL AFTER name, ADD COLUMN active TINYINT(1) NOT NULL DEFAULT 1 FIRST;
-- => compatible; 1:32 only adds: new column users.score
ALTER TABLE `users` ADD COLUMN `score` DOUBLE NOT NULL DEFAULT 0, ALGORITHM=INPLACE, LOCK=NONE;
-- => compatible; 1:30 only adds: new column users.created_at
ALTER TABLE users ADD COLUMN created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP;
-- => compatible; 1:30 only adds: new column users.slug
ALTER TABLE users ADD COLUMN slug VARCHAR(80) GENERATED ALWAYS AS (LOWER(name)) STORED;
-- => compatible; 1:30 only adds: new column users.len
ALTER TABLE users ADD COLUMN len INTEGER AS (CHAR_LENGTH(name)) VIRTUAL;
-- => compatible; 1:30 only adds: new column users.email
ALTER TABLE users ADD COLUMN email VARCHAR(190) UNIQUE;
-- => compatible; 1:30 only adds: new column users.number
ALTER TABLE users ADD COLUMN number INTEGER NOT NULL AUTO_INCREMENT UNIQUE;
-- => compatible; 1:30 only adds: new column users.status
ALTER TABLE users ADD COLUMN status VARCHAR(10) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'old'));
-- => compatible; 1:30 only adds: new column users.boss_id, new index on users, new FOREIGN KEY users_boss_fk on what is new in users
ALTER TABLE users ADD COLUMN boss_id INTEGER, ADD INDEX (boss_id), ADD CONSTRAINT users_boss_fk FOREIGN KEY (boss_id) REFERENCES users (id);
-- => compatible; 1:30 only adds: new column users.full_name
ALTER TABLE users ADD COLUMN full_name VARCHAR(90);
UPDATE users SET full_name = name;
-- => compatible; 1:1 only adds: new index users_nick_idx
CREATE INDEX users_nick_idx ON users (nick(10)) USING BTREE;
-- => compatible; 1:1 only adds: new index users_nick_idx, new index on users
ALTER TABLE users ADD INDEX users_nick_idx (nick), ADD KEY (age, nick);
-- => compatible; 1:1 only adds: new index users_text
CREATE FULLTEXT INDEX users_text ON users (name);
-- => compatible; 1:1 only adds: new index users_text
ALTER TABLE users ADD FULLTEXT INDEX users_text (name);
-- => compatible; 1:1 only adds: new view adults
CREATE VIEW adults AS SELECT * FROM users WHERE age >= 18;
-- => compatible; 1:1 only adds: new view adults
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW adults AS SELECT id FROM users;
-- => compatible; 1:1 only adds: new function thrice
CREATE FUNCTION thrice(x INTEGER) RETURNS INTEGER DETERMINISTIC RETURN 3 * x;
-- => compatible; 2:1 only adds: new procedure tidy, new table greetings
DELIMITER //
CREATE PROCEDURE tidy()
BEGIN
    DELETE FROM posts;
    DROP TABLE users;
END//
DELIMITER ;
CREATE TABLE greetings (name TEXT);
CREATE TRIGGER greet BEFORE INSERT ON greetings FOR EACH ROW SET NEW.name = 'x';
-- => compatible; 1:1 only adds: new table roles
CREATE TABLE roles (id INTEGER PRIMARY KEY, label VARCHAR(40) NOT NULL);
INSERT INTO roles (id, label) VALUES (1, 'admin'), (2, 'it\'s; me') ON DUPLICATE KEY UPDATE label = VALUES(label);
INSERT IGNORE INTO roles VALUES (1, 'again');
REPLACE INTO roles VALUES (1, 'once more');
-- => compatible; 1:1 only adds: new sequence numbers
CREATE SEQUENCE numbers;
-- => compatible; 1:32 only adds: new default of users.nick
ALTER TABLE users ALTER COLUMN nick SET DEFAULT 'anon';
-- => compatible; - changes nothing that the previous version sees
SET NAMES utf8mb4;
SET @x = 1;
SET FOREIGN_KEY_CHECKS = 0;
/*!40101 SET SQL_MODE = '' */;
SELECT 1;
ANALYZE TABLE users;
OPTIMIZE TABLE users;
-- => compatible; - changes nothing that the previous version sees
LOCK TABLES users WRITE;
UNLOCK TABLES;
-- => compatible; - changes nothing that the previous version sees
ALTER TABLE users ENGINE = InnoDB, COMMENT = 'people';
ALTER TABLE posts AUTO_INCREMENT = 1000;
-- => compatible; 1:33 harmless: a type of users.name that holds as much or more
ALTER TABLE users MODIFY COLUMN name VARCHAR(80) NOT NULL;
-- => compatible; 1:26 harmless: a type of users.nick that holds as much or more
ALTER TABLE users MODIFY nick VARCHAR(100);
-- => compatible; 1:33 harmless: a type of users.mood that holds as much or more
ALTER TABLE users MODIFY COLUMN mood ENUM('sad', 'happy', 'ok') NOT NULL DEFAULT 'happy';
-- => compatible; 1:26 harmless: a type of users.age that holds as much or more
ALTER TABLE users CHANGE age age BIGINT NOT NULL DEFAULT 0;
-- => compatible; 1:26 harmless: a type of users.nick that holds as much or more
ALTER TABLE users MODIFY nick TEXT;
-- => compatible; 1:12 harmless: drops the index users_name_idx
DROP INDEX users_name_idx ON users;
-- => compatible; 1:30 harmless: drops the index users_name_idx
ALTER TABLE users DROP INDEX users_name_idx;
-- => compatible; 1:35 harmless: drops the constraint users_age_check of users
ALTER TABLE users DROP CONSTRAINT users_age_check;
-- => compatible; 1:1 only adds: new database elsewhere
CREATE DATABASE IF NOT EXISTS elsewhere;
-- => breaking fails; 1:12 drops the table posts
DROP TABLE posts;
-- => breaking fails; 1:31 drops the column users.nick
ALTER TABLE users DROP COLUMN nick;
-- => breaking fails; 3:10 drops the column users.nick
ALTER TABLE users
    ADD COLUMN bio TEXT,
    DROP nick;
-- => breaking fails; 1:33 renames the column users.nick
ALTER TABLE users RENAME COLUMN nick TO handle;
-- => breaking fails; 1:33 renames the column users.nick
ALTER TABLE users CHANGE COLUMN nick handle VARCHAR(40);
-- => breaking fails; 1:1 renames the table posts
ALTER TABLE posts RENAME TO articles;
-- => breaking fails; 1:19 renames the table posts
ALTER TABLE posts RENAME articles;
-- => breaking fails; 1:14 renames the table posts
RENAME TABLE posts TO articles;
-- => breaking fails; 1:30 the new column users.email is NOT NULL without a default
ALTER TABLE users ADD COLUMN email VARCHAR(100) NOT NULL;
-- => breaking fails; 3:26 the new column users.email is NOT NULL without a default
ALTER TABLE users ADD COLUMN email VARCHAR(100);
UPDATE users SET email = CONCAT(name, '@example.org');
ALTER TABLE users MODIFY email VARCHAR(100) NOT NULL;
-- => breaking fails; 1:26 the column users.nick becomes NOT NULL
ALTER TABLE users MODIFY nick VARCHAR(40) NOT NULL;
-- => breaking; 1:26 the column users.name may be NULL from now on, which the previous version does not expect
ALTER TABLE users MODIFY name VARCHAR(40);
-- => breaking fails; 1:26 the column users.age loses its default
ALTER TABLE users MODIFY age INTEGER NOT NULL;
-- => breaking fails; 1:32 the column users.age loses its default
ALTER TABLE users ALTER COLUMN age DROP DEFAULT;
-- => breaking fails; 1:26 changes the type of users.name from varchar(40) to varchar(1)
ALTER TABLE users MODIFY name VARCHAR(1) NOT NULL;
-- => breaking fails; 1:26 changes the type of users.mood from enum('sad', 'happy') to enum('happy')
ALTER TABLE users MODIFY mood ENUM('happy') NOT NULL DEFAULT 'happy';
-- => breaking; 1:26 changes the type of users.age from integer to integer unsigned
ALTER TABLE users MODIFY age INTEGER UNSIGNED NOT NULL DEFAULT 0;
-- => breaking fails; 1:1 new UNIQUE on what was in the table users before
ALTER TABLE users ADD COLUMN code VARCHAR(10) NOT NULL DEFAULT 'x', ADD UNIQUE KEY (code);
-- => breaking fails; 1:1 new CHECK users_nick_check on what was in the table users before
ALTER TABLE users ADD CONSTRAINT users_nick_check CHECK (nick <> 'a');
-- => breaking fails; 1:1 new UNIQUE on what was in the table users before
ALTER TABLE users ADD UNIQUE KEY (name);
-- => breaking fails; 1:1 new FOREIGN KEY users_group_fk on what was in the table users before
ALTER TABLE users ADD CONSTRAINT users_group_fk FOREIGN KEY (group_id) REFERENCES `groups` (id);
-- => breaking fails; 1:1 new unique index users_name_key on what was in the table users before
CREATE UNIQUE INDEX users_name_key ON users (name);
-- => breaking fails; 1:35 new CHECK on what was in the table users before
ALTER TABLE users ADD (a INTEGER, CHECK (age < 10));
-- => breaking fails; 1:43 renames the column users.name
ALTER TABLE users CHANGE COLUMN IF EXISTS name handle VARCHAR(80) NOT NULL;
-- => breaking fails; 1:19 new UNIQUE users_name_key on what was in the table users before
ALTER TABLE users ADD UNIQUE INDEX IF NOT EXISTS users_name_key (name);
-- => breaking; 1:19 new FOREIGN KEY on what was in the table users before
ALTER TABLE users ADD FOREIGN KEY IF NOT EXISTS (group_id) REFERENCES `groups` (id);
-- => breaking; 1:19 adds system versioning to users: TRUNCATE is refused
ALTER TABLE users ADD SYSTEM VERSIONING;
-- => breaking; 1:19 adds system versioning to users: TRUNCATE is refused
ALTER TABLE users ADD SYSTEM VERSIONING;
ALTER TABLE users DROP SYSTEM VERSIONING;
-- => breaking; 1:20 other partitions of events, which may refuse rows
ALTER TABLE events REORGANIZE PARTITION p0, p1 INTO (PARTITION p1 VALUES LESS THAN (20));
-- => breaking fails; 1:20 new partitions of events, which may refuse rows
ALTER TABLE events PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10));
-- => breaking; 1:20 empties a partition of events
ALTER TABLE events TRUNCATE PARTITION p0;
-- => breaking; 3:20 exchanges the rows of a partition of events
CREATE TABLE swap LIKE events;
ALTER TABLE swap REMOVE PARTITIONING;
ALTER TABLE events EXCHANGE PARTITION p0 WITH TABLE swap;
-- => breaking; 1:20 the table events gets the engine MyISAM, and with it other rules for transactions and foreign keys
ALTER TABLE events ENGINE = MyISAM;
-- => breaking; 1:20 the table events gets the engine MEMORY, and with it other rules for transactions and foreign keys
ALTER TABLE events ENGINE MEMORY COMMENT 'gone after a restart';
-- => breaking fails; 1:96 drops the column users.nick
SET STATEMENT max_statement_time = 60, lock_wait_timeout = 2 FOR ALTER TABLE users DROP COLUMN nick;
-- => breaking; 1:1 new event, whose body is not analysed
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM posts;
-- => breaking; 1:1 new event, whose body is not analysed
CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO DELETE FROM posts;
ALTER EVENT tidy DISABLE;
DROP EVENT IF EXISTS tidy;
-- => breaking; 2:26 redefines the column users.name, and converts it to the new character set of users
ALTER TABLE users DEFAULT CHARACTER SET latin1;
ALTER TABLE users MODIFY name VARCHAR(80) NOT NULL;
-- => breaking; 1:36 drops the foreign key posts_user_fk of posts, on which the previous version may rely (upserts, cascades)
ALTER TABLE posts DROP FOREIGN KEY posts_user_fk;
-- => breaking; 1:30 drops the unique index posts_title_key, which ON CONFLICT and upserts may need
ALTER TABLE posts DROP INDEX posts_title_key;
-- => breaking; 1:1 drops the primary key PRIMARY of events, on which the previous version may rely (upserts, cascades)
ALTER TABLE events DROP PRIMARY KEY;
-- => compatible; 1:19 harmless: renames the index users_name_idx
ALTER TABLE users RENAME INDEX users_name_idx TO users_by_name;
-- => breaking fails; 1:11 drops the view names
DROP VIEW names;
-- => breaking; 1:1 may replace the view names by one that the previous version cannot use
CREATE OR REPLACE VIEW names AS SELECT id, name FROM users WHERE age > 1;
-- => breaking fails; 1:15 drops the function twice
DROP FUNCTION twice;
-- => breaking fails; 1:26 drops the procedure noop
DROP PROCEDURE IF EXISTS noop;
-- => breaking; 1:14 drops the trigger touched, on which the previous version may rely
DROP TRIGGER touched;
-- => breaking fails; 1:1 new trigger refused on users, and what it does to the writes of the previous version is not known
CREATE TRIGGER refused BEFORE INSERT ON users FOR EACH ROW SIGNAL SQLSTATE '45000';
-- => breaking; 1:1 may replace the table posts
CREATE OR REPLACE TABLE posts (id INTEGER);
-- => breaking; 1:16 empties the table posts
TRUNCATE TABLE posts;
-- => breaking; 1:1 deletes rows of the table users
DELETE FROM users WHERE age < 0;
-- => breaking; 1:1 changes rows of the table users
UPDATE users SET nick = name WHERE nick IS NULL;
-- => compatible; 1:1 only adds: new rows in groups
INSERT INTO `groups` (id, label) VALUES (2, 'new');
-- => breaking; 1:1 adds or changes rows of the table groups
REPLACE INTO `groups` (id, label) VALUES (2, 'new');
-- => breaking; 1:1 calls noop, and what that does is not known
CALL noop();
-- => breaking; 1:19 converts the texts of the table users
ALTER TABLE users CONVERT TO CHARACTER SET latin1;
-- => breaking fails; 1:20 drops a partition of events with its rows
ALTER TABLE events DROP PARTITION p1;
-- => breaking; 2:14 rebuilds the table users, and whether the previous version can live with the new one is not known
CREATE TABLE users_new LIKE users;
RENAME TABLE users TO users_old, users_new TO users;
-- => breaking; 1:47 the new column users.bio is NOT NULL without a default
ALTER TABLE users ADD COLUMN Bio TEXT, MODIFY bio TEXT NOT NULL;
-- => breaking; 1:1 changes a setting for everybody
SET GLOBAL long_query_time = 10;
-- => breaking; 1:1 new event, whose body is not analysed
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM posts;
-- => breaking; 1:1 changes a setting for everybody
SET @@GLOBAL.long_query_time = 10;
-- => breaking fails; 1:48 drops the column users.nick
ALTER TABLE users ENGINE = InnoDB, DROP COLUMN nick;
-- => breaking fails; 1:13 drops the table posts
/*!40000 DROP TABLE posts */;
-- => compatible; 2:31 only adds: new column users.bio
/*!40101 SET NAMES utf8 */;
/*!40000 ALTER TABLE users ADD COLUMN bio TEXT */;
-- => compatible; 1:44 only adds: new column users.bio, new index users_bio_idx
ALTER TABLE users ADD COLUMN IF NOT EXISTS bio TEXT;
CREATE INDEX IF NOT EXISTS users_bio_idx ON users (nick);
-- => breaking fails; 1:41 drops the column users.nick
ALTER TABLE users DROP COLUMN IF EXISTS nick;
-- => breaking fails; 1:42 the new column users.b is NOT NULL without a default
ALTER TABLE users ADD COLUMN (a INTEGER, b INTEGER NOT NULL);
-- => breaking; 1:1 changes rows of users JOIN posts ON posts.user_id = users.id
UPDATE users JOIN posts ON posts.user_id = users.id SET users.nick = posts.title;
-- => breaking; 1:1 changes rows of posts JOIN users ON posts.user_id = users.id
DELETE posts FROM posts JOIN users ON posts.user_id = users.id;
-- => breaking; 1:1 adds rows to the table users, which the previous version may not expect
INSERT INTO users (id, name) SELECT 1, 'x' FROM users WHERE FALSE;
-- => breaking fails; 1:30 the new column users.code is UNIQUE, and its default may repeat
ALTER TABLE users ADD COLUMN code VARCHAR(10) NOT NULL DEFAULT 'x' UNIQUE;
-- => compatible; 1:31 only adds: new column users.a, new column users.comment, new index users_a_idx
ALTER TABLE users ADD COLUMN (a INTEGER NULL, comment TEXT NULL, INDEX users_a_idx (a));
-- => compatible; 1:45 only adds: new column users.a, new column users.b
ALTER TABLE users ADD COLUMN IF NOT EXISTS (a INTEGER, b INTEGER);
-- => compatible; 1:19 harmless: new index users_age_idx, drops the index users_name_idx, drops the constraint users_age_check of users
ALTER TABLE users ADD INDEX IF NOT EXISTS users_age_idx (age), DROP INDEX IF EXISTS users_name_idx, DROP CONSTRAINT IF EXISTS users_age_check;
-- => compatible; 1:19 harmless: drops the index users_name_idx
ALTER TABLE users DROP KEY users_name_idx;
-- => compatible; 1:37 only adds: new column users.bio
ALTER ONLINE TABLE users ADD COLUMN bio TEXT, ALGORITHM = COPY, LOCK = SHARED;
-- => breaking; 1:1 rows of users that do not fit may go (IGNORE)
ALTER IGNORE TABLE users WAIT 5 ADD COLUMN bio TEXT;
-- => compatible; 1:43 harmless: a type of users.name that holds as much or more
ALTER TABLE users MODIFY COLUMN IF EXISTS name VARCHAR(80) NOT NULL;
-- => compatible; 1:1 only adds: new table bookings
CREATE TABLE bookings (id INTEGER PRIMARY KEY, a DATE, b DATE);
ALTER TABLE bookings ADD PERIOD FOR stay (a, b);
ALTER TABLE bookings DROP PERIOD FOR stay;
ALTER TABLE bookings ADD SYSTEM VERSIONING;
SET @@system_versioning_alter_history = 1;
ALTER TABLE bookings ADD COLUMN c INTEGER WITHOUT SYSTEM VERSIONING;
-- => compatible; 1:20 only adds: new partition of events
ALTER TABLE events ADD PARTITION (PARTITION p2 VALUES LESS THAN (30));
-- => compatible; 1:20 only adds: new partition of events
ALTER TABLE events ADD PARTITION IF NOT EXISTS (PARTITION p2 VALUES LESS THAN (30), PARTITION p3 VALUES LESS THAN MAXVALUE);
-- => compatible; 1:20 harmless: other partitions of events
ALTER TABLE events REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN MAXVALUE);
-- => compatible; 1:20 harmless: no more partitions of events
ALTER TABLE events REMOVE PARTITIONING;
-- => compatible; - changes nothing that the previous version sees
ALTER TABLE events ANALYZE PARTITION p0;
ALTER TABLE events REBUILD PARTITION p0, p1;
-- => compatible; 1:19 harmless: changes whether the planner uses the index users_name_idx of users
ALTER TABLE users ALTER INDEX users_name_idx IGNORED;
ALTER TABLE users ALTER KEY users_name_idx NOT IGNORED;
-- => compatible; 1:19 harmless: another character set for columns that users gets later
ALTER TABLE users DEFAULT CHARACTER SET = latin1 COLLATE latin1_bin;
-- => compatible; - changes nothing that the previous version sees
ALTER TABLE users ENGINE = InnoDB ROW_FORMAT = DYNAMIC COMMENT = 'people', AUTO_INCREMENT = 100;
-- => compatible; - changes nothing that the previous version sees
ALTER TABLE users FORCE;
ALTER TABLE users ORDER BY name, age DESC;
ALTER TABLE users DISABLE KEYS;
ALTER TABLE users ENABLE KEYS;
-- => compatible; 1:1 only adds: new table cache
CREATE TABLE cache (id INTEGER);
ALTER TABLE cache ENGINE = MEMORY;
-- => compatible; 1:1 only adds: new table notes
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
ALTER TABLE notes MODIFY body MEDIUMTEXT NOT NULL;
-- => breaking; 1:1 may replace the sequence numbers by one that the previous version cannot use
CREATE OR REPLACE SEQUENCE numbers START WITH 10;
ALTER SEQUENCE numbers RESTART 20;
-- => compatible; 1:1 only adds: new sequence numbers
CREATE SEQUENCE IF NOT EXISTS numbers START 1 INCREMENT BY 1 CACHE 10 NOCYCLE ENGINE = InnoDB;
-- => compatible; 1:72 only adds: new column users.bio
SET STATEMENT max_statement_time = 60 FOR ALTER TABLE users ADD COLUMN bio TEXT;
-- => compatible; 1:1 only adds: new character set of the tables that are made later
ALTER DATABASE DEFAULT CHARACTER SET = latin1;
-- => compatible; 1:19 harmless: another character set for columns that users gets later, a type of users.age that holds as much or more
ALTER TABLE users DEFAULT CHARACTER SET latin1, MODIFY age BIGINT NOT NULL DEFAULT 0;
-- => compatible; 1:50 only adds: new column users.bio
ALTER TABLE users COMMENT = 'people', ADD COLUMN bio TEXT;
-- => breaking; 1:26 changes the type of users.name from varchar(40) to varchar(80) character set latin1
ALTER TABLE users MODIFY name VARCHAR(80) CHARACTER SET latin1 NOT NULL;
-- => breaking fails; 1:32 new default of users.age, which the CHECK users_age_check may refuse
ALTER TABLE users ALTER COLUMN age SET DEFAULT -1;
-- => compatible; 1:32 only adds: new default of users.age
ALTER TABLE users ALTER COLUMN age SET DEFAULT 18;
-- => breaking; 1:26 new default of users.mood: the previous version writes 'calm' then, which it cannot read
ALTER TABLE users MODIFY mood ENUM('sad', 'happy', 'calm') NOT NULL DEFAULT 'calm';
-- => breaking; 2:32 new default of users.mood: the previous version writes 'calm' then, which it cannot read
ALTER TABLE users MODIFY mood ENUM('sad', 'happy', 'calm') NOT NULL DEFAULT 'happy';
ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'calm';
-- => compatible; - changes nothing that the previous version sees
ALTER TABLE users MODIFY mood ENUM('sad', 'happy') NOT NULL DEFAULT 'sad';
-- => compatible; 1:1 only adds: new rows in groups
INSERT IGNORE INTO `groups` (id, label) VALUES (2, 'new'), (-3, 'newer');
-- => compatible; 2:1 only adds: new table tags, new procedure nothing
DROP TABLE IF EXISTS tags;
CREATE TABLE tags (id INTEGER PRIMARY KEY);
DROP PROCEDURE IF EXISTS nothing;
CREATE PROCEDURE nothing() SELECT 1;
-- => compatible; 1:29 only adds: new column docs.untold, new column docs.label, new column docs.size and 3 more
ALTER TABLE docs ADD COLUMN untold BOOLEAN AS (body IS NULL) STORED, ADD COLUMN label VARCHAR(21) AS (CONCAT(code, '-', UPPER(code))) STORED, ADD COLUMN size INTEGER AS (CHAR_LENGTH(body)) VIRTUAL, ADD COLUMN made_on DATE AS (DATE(made_at)) STORED, ADD COLUMN filled VARCHAR(10) AS (COALESCE(code, 'x')) STORED, ADD COLUMN same BOOLEAN AS (code = 'x' OR n > 7) STORED;
-- => breaking fails; 1:29 the expression of the new column docs.label may fail: its type may not hold the result
ALTER TABLE docs ADD COLUMN label VARCHAR(10) AS (CONCAT(code, code)) STORED;
-- => breaking fails; 1:29 the expression of the new column docs.tenth may fail: arithmetic, which may overflow or divide by zero
ALTER TABLE docs ADD COLUMN tenth INTEGER AS (10 / n) STORED;
-- => breaking fails; 1:29 the expression of the new column docs.twice may fail: arithmetic, which may overflow or divide by zero
ALTER TABLE docs ADD COLUMN twice INTEGER AS (n * 2) STORED;
-- => breaking fails; 1:29 the expression of the new column docs.is_one may fail: a comparison of what may not be comparable
ALTER TABLE docs ADD COLUMN is_one BOOLEAN AS (code = 1) STORED;
-- => breaking fails; 1:29 the expression of the new column docs.narrow may fail: its type may not hold the result
ALTER TABLE docs ADD COLUMN narrow INTEGER AS (big) STORED;
-- => breaking fails; 1:31 the new column orders.note breaks older code: the trigger order_kept copies all columns with *
ALTER TABLE orders ADD COLUMN note VARCHAR(40);
-- => breaking fails; 1:39 the new column orders_history.note breaks older code: the trigger order_kept inserts without naming the columns
ALTER TABLE orders_history ADD COLUMN note VARCHAR(40);
-- => breaking fails; 1:35 the new column orders_log.made_at breaks older code: the trigger order_logged inserts without naming the columns
ALTER TABLE orders_log ADD COLUMN made_at DATETIME;
-- => compatible; 1:30 only adds: new column rooms.floor
ALTER TABLE rooms ADD COLUMN floor INTEGER;
-- => compatible; 1:1 only adds: new trigger docs_updated on docs
CREATE TRIGGER docs_updated BEFORE UPDATE ON docs FOR EACH ROW SET NEW.updated_at = NOW();
-- => compatible; 1:29 only adds: new column docs.label, new column docs.seen_at, new trigger docs_made on docs and 1 more
ALTER TABLE docs ADD COLUMN label VARCHAR(40), ADD COLUMN seen_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6);
DELIMITER //
CREATE TRIGGER docs_made BEFORE INSERT ON docs FOR EACH ROW
BEGIN
    IF NEW.label IS NOT NULL THEN
        SET NEW.code = NEW.label;
    ELSE
        SET NEW.label = CONCAT(NEW.code, '!'), NEW.seen_at = NOW(6);
    END IF;
END//
CREATE TRIGGER docs_changed BEFORE UPDATE ON docs FOR EACH ROW
BEGIN
    IF NOT (NEW.label <=> OLD.label) THEN
        SET NEW.code = NEW.label;
    END IF;
END//
DELIMITER ;
-- => breaking; 3:1 new trigger docs_changed on docs: it writes docs.code, which the previous version may write itself
ALTER TABLE docs ADD COLUMN label VARCHAR(40);
DELIMITER //
CREATE TRIGGER docs_changed BEFORE UPDATE ON docs FOR EACH ROW
BEGIN
    SET NEW.label = NEW.code;
    IF NOT (NEW.label <=> OLD.label) THEN
        SET NEW.code = NEW.label;
    END IF;
END//
DELIMITER ;
-- => breaking fails; 2:1 new trigger docs_made on docs: what it writes into docs.label may not fit
ALTER TABLE docs ADD COLUMN label VARCHAR(4);
CREATE TRIGGER docs_made BEFORE INSERT ON docs FOR EACH ROW SET NEW.label = NEW.code;
-- => breaking fails; 2:1 new trigger docs_made on docs: what it writes into docs.label may not fit
ALTER TABLE docs ADD COLUMN label VARCHAR(40) NOT NULL DEFAULT '';
CREATE TRIGGER docs_made BEFORE UPDATE ON docs FOR EACH ROW SET NEW.label = NEW.code;
-- => compatible; 1:30 only adds: new column users.bio, new columns of the view names
ALTER TABLE users ADD COLUMN bio TEXT;
CREATE OR REPLACE VIEW names AS SELECT id, name, bio FROM users;
-- => breaking; 2:1 may replace the view names by one that the previous version cannot use
ALTER TABLE users ADD COLUMN bio TEXT;
CREATE OR REPLACE VIEW names AS SELECT DISTINCT id, name, bio FROM users;
-- => compatible; 2:1 only adds: new FOREIGN KEY posts_user_fk as there was one before
ALTER TABLE posts DROP FOREIGN KEY posts_user_fk;
ALTER TABLE posts ADD CONSTRAINT posts_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE;
-- => breaking; 1:36 drops the foreign key posts_user_fk of posts, on which the previous version may rely (upserts, cascades)
ALTER TABLE posts DROP FOREIGN KEY posts_user_fk;
ALTER TABLE posts ADD CONSTRAINT posts_user_fk FOREIGN KEY (user_id) REFERENCES users (id);
-- => breaking fails; 1:25 the column docs.body becomes a generated one, which nobody may write
ALTER TABLE docs MODIFY body TEXT AS (code) STORED;
-- => breaking; 1:1 renames the table rooms
ALTER TABLE rooms RENAME TO things;
CREATE VIEW rooms AS SELECT id, label FROM things;
-- => compatible; 1:37 harmless: drops the foreign key stamps_doc of stamps
ALTER TABLE stamps DROP FOREIGN KEY stamps_doc;
-- => breaking; 2:1 rows of badges point to rows of docs, which the previous version cannot delete or rename then: ON DELETE CASCADE ON UPDATE CASCADE lets it
CREATE TABLE badges (id INTEGER PRIMARY KEY, doc_id INTEGER NOT NULL, FOREIGN KEY (doc_id) REFERENCES docs (id));
INSERT INTO badges (id, doc_id) SELECT id, id FROM docs;
-- => compatible; 1:1 only adds: new table badges
CREATE TABLE badges (id INTEGER PRIMARY KEY, doc_id INTEGER NOT NULL, FOREIGN KEY (doc_id) REFERENCES docs (id) ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO badges (id, doc_id) SELECT id, id FROM docs;
-- => compatible; 1:1 only adds: new table badges
CREATE TABLE badges (id INTEGER PRIMARY KEY, doc_id INTEGER, FOREIGN KEY (doc_id) REFERENCES docs (id));
INSERT INTO badges (id) VALUES (1);
-- => breaking; 3:1 rows of docs point to rows of groups, which the previous version cannot delete or rename then: ON DELETE CASCADE ON UPDATE CASCADE lets it
ALTER TABLE docs ADD COLUMN group_id INTEGER;
ALTER TABLE docs ADD CONSTRAINT docs_group FOREIGN KEY (group_id) REFERENCES `groups` (id);
UPDATE docs SET group_id = 1;
