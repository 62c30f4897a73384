-- What the previous version of the app does all day: each on its own.
INSERT INTO `groups` (id, label) VALUES (8, 'g');
INSERT INTO users (id, name, nick, age, mood, group_id) VALUES (8, 'Ada', 'a', 36, 'happy', 8);
INSERT INTO users (id, name, nick, group_id) VALUES (9, 'Ada', NULL, 99);
INSERT INTO posts (user_id, title) VALUES (8, 'old');
INSERT INTO posts (user_id, title) VALUES (8, 'old') ON DUPLICATE KEY UPDATE title = 'older';
INSERT INTO events (id) VALUES (15);
SELECT users.id, users.name, users.nick, users.age, users.mood, users.group_id FROM users;
SELECT posts.id, posts.title, users.name FROM posts JOIN users ON users.id = posts.user_id;
SELECT names.id, names.name FROM names;
SELECT twice(2);
CALL noop();
UPDATE users SET name = 'Eve', nick = 'e', mood = 'sad' WHERE users.id = 8;
UPDATE posts SET title = 'new' WHERE posts.title = 'older';
DELETE FROM posts WHERE posts.title = 'new';
DELETE FROM users WHERE users.id = 8;
DELETE FROM `groups` WHERE `groups`.id = 8;
