ALTER TABLE customers ADD COLUMN given_name VARCHAR(200), ADD COLUMN family_name VARCHAR(200);

-- What stands before the first space is the given name; without a space, all of it.
UPDATE customers SET
    given_name = substring_index(full_name, ' ', 1),
    family_name = substr(full_name, locate(' ', concat(full_name, ' ')) + 1);

ALTER TABLE customers
    MODIFY given_name VARCHAR(200) NOT NULL,
    MODIFY family_name VARCHAR(200) NOT NULL,
    DROP COLUMN full_name;
