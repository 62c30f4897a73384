ALTER TABLE orders
    DROP CONSTRAINT known_status,
    DROP COLUMN status;
