ALTER TABLE customers ADD COLUMN given_name TEXT, ADD COLUMN family_name TEXT;

-- What stands before the first space is the given name; without a space, all of it.
UPDATE customers SET
    given_name = split_part(full_name, ' ', 1),
    family_name = substr(full_name, strpos(full_name || ' ', ' ') + 1);

ALTER TABLE customers
    ALTER COLUMN given_name SET NOT NULL,
    ALTER COLUMN family_name SET NOT NULL,
    DROP COLUMN full_name;
