CREATE TABLE customers_old (
    id INTEGER NOT NULL PRIMARY KEY,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

INSERT INTO customers_old (id, full_name, email, created_at)
SELECT id, trim(given_name || ' ' || family_name), email, created_at
FROM customers;

DROP TABLE customers;
ALTER TABLE customers_old RENAME TO customers;
