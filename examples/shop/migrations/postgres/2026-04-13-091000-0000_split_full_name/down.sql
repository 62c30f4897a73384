ALTER TABLE customers ADD COLUMN full_name TEXT;

UPDATE customers SET full_name = trim(given_name || ' ' || family_name);

ALTER TABLE customers
    ALTER COLUMN full_name SET NOT NULL,
    DROP COLUMN given_name,
    DROP COLUMN family_name;
