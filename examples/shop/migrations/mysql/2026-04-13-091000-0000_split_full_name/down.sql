ALTER TABLE customers ADD COLUMN full_name VARCHAR(200);

UPDATE customers SET full_name = trim(concat(given_name, ' ', family_name));

ALTER TABLE customers
    MODIFY full_name VARCHAR(200) NOT NULL,
    DROP COLUMN given_name,
    DROP COLUMN family_name;
