-- => breaking; 1:19 no longer enforces the constraint posts_user_id_fkey of posts, on which the previous version may rely
ALTER TABLE posts ALTER CONSTRAINT posts_user_id_fkey NOT ENFORCED;
-- => breaking; 1:19 no longer enforces the constraint posts_user_id_fkey of posts, on which the previous version may rely
ALTER TABLE posts ALTER CONSTRAINT posts_user_id_fkey NOT ENFORCED;
ALTER TABLE posts ALTER CONSTRAINT posts_user_id_fkey ENFORCED;
-- => breaking; 1:19 the column users.nick becomes NOT NULL
ALTER TABLE users ADD CONSTRAINT users_nick_present NOT NULL nick NOT VALID;
-- => breaking; 1:19 the column users.nick becomes NOT NULL
ALTER TABLE users ADD NOT NULL nick;
-- => compatible; 1:30 only adds: new column users.size, new constraint of users that is not enforced
ALTER TABLE users ADD COLUMN size INTEGER, ADD CONSTRAINT size_present CHECK (size > 5) NOT ENFORCED;
-- => compatible; 1:1 only adds: new constraint of users that is not enforced
ALTER TABLE users ADD CONSTRAINT old_enough CHECK (age > 100) NOT ENFORCED;
-- => compatible; 1:1 only adds: new constraint of users that is not enforced
ALTER TABLE users ADD CONSTRAINT users_group_fk FOREIGN KEY (group_id) REFERENCES groups (id) NOT ENFORCED;
-- => compatible; 1:19 only adds: new column users.loud
ALTER TABLE users ADD COLUMN loud TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL;
-- => breaking; 1:19 changes which tables inherit the constraint users_id_not_null of users
ALTER TABLE users ALTER CONSTRAINT users_id_not_null NO INHERIT;
-- => breaking; 2:19 the column users.loud is computed in another way
ALTER TABLE users ADD COLUMN loud TEXT GENERATED ALWAYS AS (upper(name)) STORED;
ALTER TABLE users ALTER COLUMN loud SET EXPRESSION AS (lower(name)), ALTER name SET STATISTICS 10;
