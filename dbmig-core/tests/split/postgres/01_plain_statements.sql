CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL);
CREATE INDEX users_name ON users (name);INSERT INTO users VALUES (1, 'Ann')
;
ALTER TABLE users ADD email text
