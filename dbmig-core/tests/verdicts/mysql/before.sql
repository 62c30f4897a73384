-- What the previous version of the app has made.
CREATE TABLE `groups` (id INTEGER PRIMARY KEY, label VARCHAR(40) NOT NULL);
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    name VARCHAR(40) NOT NULL,
    nick VARCHAR(40),
    age INTEGER NOT NULL DEFAULT 0,
    mood ENUM('sad', 'happy') NOT NULL DEFAULT 'happy',
    group_id INTEGER,
    CONSTRAINT users_age_check CHECK (age >= 0),
    KEY users_name_idx (name)
);
CREATE TABLE posts (
    id INTEGER AUTO_INCREMENT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    title VARCHAR(100) NOT NULL,
    UNIQUE KEY posts_title_key (title),
    CONSTRAINT posts_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE TABLE events (id INTEGER NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id)
    (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20));
CREATE VIEW names AS SELECT id, name FROM users;
CREATE FUNCTION twice(x INTEGER) RETURNS INTEGER DETERMINISTIC RETURN 2 * x;
CREATE PROCEDURE noop() SELECT 1;
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW SET NEW.age = NEW.age;
CREATE TABLE docs (
    id INTEGER PRIMARY KEY,
    body TEXT,
    code VARCHAR(10),
    n INTEGER,
    big BIGINT,
    flag BOOLEAN,
    made_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NULL
);
CREATE TABLE orders (id INTEGER PRIMARY KEY, item VARCHAR(40), price INTEGER);
CREATE TABLE orders_history (id INTEGER, item VARCHAR(40), price INTEGER);
CREATE TABLE orders_log (id INTEGER, what VARCHAR(40));
CREATE TRIGGER order_kept BEFORE UPDATE ON orders FOR EACH ROW INSERT INTO orders_history SELECT * FROM orders WHERE id = OLD.id;
CREATE TRIGGER order_logged AFTER INSERT ON orders FOR EACH ROW INSERT INTO orders_log VALUES (NEW.id, 'made');
CREATE VIEW order_items AS SELECT * FROM orders UNION ALL SELECT * FROM orders_history;
CREATE TABLE rooms (id INTEGER PRIMARY KEY, label VARCHAR(40));
CREATE VIEW all_rooms AS SELECT * FROM rooms;
CREATE TABLE stamps (id INTEGER PRIMARY KEY, doc_id INTEGER, CONSTRAINT stamps_doc FOREIGN KEY (doc_id) REFERENCES docs (id));
