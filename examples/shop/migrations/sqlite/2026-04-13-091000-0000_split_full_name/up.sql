-- SQLite has no ALTER COLUMN: the table is built anew. `orders` refers to it, hence metadata.toml.
CREATE TABLE customers_new (
    id INTEGER NOT NULL PRIMARY KEY,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- What stands before the first space is the given name; without a space, all of it.
INSERT INTO customers_new (id, given_name, family_name, email, created_at)
SELECT
    id,
    substr(full_name, 1, instr(full_name || ' ', ' ') - 1),
    substr(full_name, instr(full_name || ' ', ' ') + 1),
    email,
    created_at
FROM customers;

DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;
