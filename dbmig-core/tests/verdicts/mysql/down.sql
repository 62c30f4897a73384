-- => lossy; 1:22 drops the table posts [table posts]
DROP TABLE IF EXISTS posts;
-- => lossy; 1:33 drops the column users.nick, the column users.group_id [column users.nick] [column users.group_id]
ALTER TABLE `users` DROP COLUMN `nick`, DROP group_id;
-- => lossy; 2:12 drops the table posts [table posts]
RENAME TABLE posts TO articles;
DROP TABLE articles;
-- => yes; - drops no table and no column
ALTER TABLE users DROP INDEX users_name_idx, ADD COLUMN bio TEXT;
ALTER TABLE posts DROP FOREIGN KEY posts_user_fk;
DROP VIEW names;
DROP TRIGGER touched;
DROP PROCEDURE noop;
-- => yes; - drops no table and no column
CREATE TEMPORARY TABLE t (a INTEGER);
INSERT INTO t VALUES (1);
DROP TEMPORARY TABLE t;
-- => unknown; 1:26 changes the type of users.name, and whether every value fits is not known
ALTER TABLE users MODIFY name VARCHAR(10) NOT NULL;
-- => unknown; 1:26 changes the type of users.nick, and whether every value fits is not known
ALTER TABLE users CHANGE nick handle VARCHAR(40);
-- => unknown; 1:1 deletes rows of the table posts
DELETE FROM posts;
-- => unknown; 1:1 adds or changes rows of the table groups
REPLACE INTO `groups` (id, label) VALUES (1, 'x');
-- => unknown; 2:15 drops the database elsewhere with all that is in it
CREATE DATABASE IF NOT EXISTS elsewhere;
DROP DATABASE elsewhere;
-- => unknown; 1:20 drops a partition of events with its rows
ALTER TABLE events DROP PARTITION p1;
-- => unknown; 1:1 may replace the table posts
CREATE OR REPLACE TABLE posts (id INTEGER);
-- => unknown; 1:1 calls noop, and what that does is not known
CALL noop();
-- => unknown; 1:19 converts the texts of the table users
ALTER TABLE users CONVERT TO CHARACTER SET latin1;
-- => yes; - drops no table and no column
DROP INDEX IF EXISTS users_name_idx ON users;
DROP EVENT IF EXISTS nothing;
DROP FUNCTION IF EXISTS nothing;
DROP TRIGGER IF EXISTS nothing;
ALTER TABLE users DROP KEY IF EXISTS users_name_idx;
ALTER TABLE users DROP CONSTRAINT IF EXISTS users_age_check;
ALTER TABLE posts DROP FOREIGN KEY IF EXISTS posts_user_fk, DROP KEY posts_title_key;
DROP SEQUENCE IF EXISTS nothing;
