-- What the previous version of the app does all day: each on its own.
INSERT INTO groups (id, label) VALUES (8, 'g');
INSERT INTO users (id, name, nick, age, worth, mood, group_id, street) VALUES (8, 'Ada', 'a', 36, 1.5, 'happy', 8, 'Broadway');
INSERT INTO users (id, name, nick, group_id) VALUES (9, 'Ada', NULL, 99);
INSERT INTO posts (user_id, title) VALUES (8, 'old');
INSERT INTO posts (user_id, title) VALUES (8, 'older') ON CONFLICT (title) DO UPDATE SET title = EXCLUDED.title;
INSERT INTO events (id, at) VALUES (1, '2020-05-05');
SELECT users.id, users.name, users.nick, users.age, users.worth, users.mood, users.group_id, users.street FROM users;
SELECT posts.id, posts.title, users.name FROM posts JOIN users ON users.id = posts.user_id;
SELECT names.id, names.name FROM names;
SELECT name_counts.many FROM name_counts;
SELECT twice(2), nextval('tickets');
UPDATE users SET name = 'Eve', nick = 'e', age = -0 WHERE users.id = 8;
UPDATE posts SET title = 'new' WHERE posts.title = 'old';
DELETE FROM posts WHERE posts.title = 'new';
DELETE FROM users WHERE users.id = 8;
DELETE FROM groups WHERE groups.id = 8;
