-- => lossy; 1:12 drops the table posts [table posts]
DROP TABLE posts;
-- => lossy; 1:31 drops the column users.group_id [column users.group_id]
ALTER TABLE users DROP COLUMN group_id;
-- => lossy; 2:31 drops the column USERS.group_id [column USERS.group_id]
ALTER TABLE users RENAME COLUMN group_id TO team;
ALTER TABLE USERS DROP COLUMN Team;
-- => yes; - drops no table and no column
DROP INDEX users_name_idx;
DROP VIEW names;
DROP TRIGGER touched;
ALTER TABLE users ADD COLUMN bio TEXT;
-- => unknown; 1:1 deletes rows of the table posts
DELETE FROM posts;
-- => unknown; 4:12 rebuilds the table users, and what of it is lost is not known
DROP VIEW names;
CREATE TABLE users_old (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users_old (id, name) SELECT id, name FROM users;
DROP TABLE users;
ALTER TABLE users_old RENAME TO users;
-- => unknown; 4:12 rebuilds the table users, and what of it is lost is not known
ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO users (id, name) SELECT id, name FROM users_old;
DROP TABLE users_old;
-- => unknown; 1:1 adds or changes rows of the table groups
INSERT OR REPLACE INTO groups (id, label) VALUES (1, 'x');
