-- => lossy; 1:12 drops the table posts [table posts]
DROP TABLE posts;
-- => lossy; 1:22 drops the table public.posts, the table Order Items [table public.posts] [table Order Items]
DROP TABLE IF EXISTS Public.Posts, "Order Items" CASCADE;
-- => lossy; 1:31 drops the column users.nick, the column users.Age, the column posts.title [column users.nick] [column users.Age] [column posts.title]
ALTER TABLE users DROP COLUMN nick, DROP COLUMN IF EXISTS "Age" CASCADE;
ALTER TABLE posts DROP title;
-- => lossy; 2:31 drops the column users.nick [column users.nick]
DROP INDEX users_name_idx;
ALTER TABLE users DROP COLUMN nick;
-- => lossy; 3:32 drops the column users.nick, the table users [column users.nick] [table users]
ALTER TABLE users RENAME TO people;
ALTER TABLE people RENAME COLUMN nick TO handle;
ALTER TABLE people DROP COLUMN handle;
DROP TABLE people CASCADE;
-- => lossy; 3:31 drops the column users.street [column users.street]
ALTER TABLE users ADD COLUMN first_name TEXT;
UPDATE users SET first_name = split_part(street, ' ', 1);
ALTER TABLE users DROP COLUMN street;
-- => yes; - drops no table and no column
DROP INDEX users_name_idx;
DROP VIEW names;
DROP MATERIALIZED VIEW name_counts;
DROP FUNCTION twice(INTEGER);
DROP TRIGGER touched ON users;
DROP SEQUENCE tickets;
ALTER TABLE users DROP CONSTRAINT users_age_check;
-- => yes; - drops no table and no column
CREATE TYPE lone AS ENUM ('a');
DROP TYPE lone;
-- => yes; - drops no table and no column
CREATE TABLE scratch AS SELECT * FROM users;
DELETE FROM scratch;
DROP TABLE scratch;
-- => yes; - drops no table and no column
ALTER TABLE users ADD COLUMN bio TEXT NOT NULL DEFAULT '', ALTER COLUMN nick DROP NOT NULL, ALTER age SET DEFAULT 1;
ALTER TABLE users RENAME COLUMN nick TO handle;
ALTER TABLE users ADD CONSTRAINT c CHECK (age < 200);
INSERT INTO groups (id, label) VALUES (3, 'again');
GRANT SELECT ON users TO PUBLIC;
REVOKE SELECT ON users FROM PUBLIC;
COMMENT ON TABLE users IS NULL;
-- => yes; - drops no table and no column
CREATE SCHEMA attic;
DROP SCHEMA attic;
-- => yes; - drops no table and no column
ALTER TABLE events DETACH PARTITION events_2020;
-- => unknown; 1:1 deletes rows of the table users
DELETE FROM users WHERE age < 3;
-- => unknown; 1:10 empties the table groups
TRUNCATE groups;
-- => unknown; 1:1 changes rows of the table users
UPDATE users SET nick = NULL;
-- => unknown; 1:1 adds or changes rows of the table groups
INSERT INTO groups (id, label) VALUES (3, 'x') ON CONFLICT (id) DO UPDATE SET label = 'x';
-- => unknown; 1:32 changes the type of users.street, and whether every value fits is not known
ALTER TABLE users ALTER COLUMN street TYPE VARCHAR(10) USING left(street, 10);
-- => unknown; 1:13 drops the schema public with all that is in it
DROP SCHEMA public CASCADE;
-- => unknown; 1:11 drops the type mood and what depends on it
DROP TYPE mood CASCADE;
-- => unknown; 2:1 runs a block of code, which was not read
DROP TABLE posts;
DO $$ BEGIN DELETE FROM users; END $$;
-- => unknown; 2:12 rebuilds the table users, and what of it is lost is not known
CREATE TABLE users_old AS SELECT id, name FROM users;
DROP TABLE users CASCADE;
ALTER TABLE users_old RENAME TO users;
-- => unknown; 2:12 drops the table posts, and in which schema that is depends on the settings before
SET search_path = public;
DROP TABLE posts;
-- => lossy; 2:12 drops the table public.posts [table public.posts]
SET search_path = public;
DROP TABLE public.posts;
-- => unknown; 1:1 deletes rows of the table posts
WITH gone AS (DELETE FROM posts RETURNING id) SELECT COUNT(*) FROM gone;
-- => unknown; 1:1 calls twice, and what that does is not known
SELECT twice(1);
-- => yes alone; - drops no table and no column
DROP INDEX CONCURRENTLY IF EXISTS users_name_idx;
-- => yes; - drops no table and no column
CREATE STATISTICS users_stats ON name, age FROM users;
DROP STATISTICS IF EXISTS users_stats;
DROP FUNCTION IF EXISTS nothing;
DROP FUNCTION IF EXISTS nothing(INTEGER), nothing(TEXT) CASCADE;
DROP TRIGGER IF EXISTS touched ON users CASCADE;
DROP TYPE IF EXISTS nothing;
DROP PROCEDURE IF EXISTS nothing();
DROP EXTENSION IF EXISTS pg_trgm;
DROP AGGREGATE IF EXISTS nothing(INTEGER);
DROP POLICY IF EXISTS own ON users;
DROP RULE IF EXISTS no_insert ON users;
DROP DOMAIN IF EXISTS percent;
DROP ROLE IF EXISTS reader;
ALTER TABLE users DROP CONSTRAINT IF EXISTS nothing CASCADE;
ALTER TABLE users ALTER COLUMN nick DROP DEFAULT;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
REFRESH MATERIALIZED VIEW name_counts;
COMMENT ON CONSTRAINT users_age_check ON users IS 'x';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
