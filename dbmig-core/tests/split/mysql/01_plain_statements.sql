CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(50) NOT NULL);
CREATE INDEX users_name ON users (name);INSERT INTO users VALUES (1, 'Ann')
;
ALTER TABLE users ADD email TEXT
