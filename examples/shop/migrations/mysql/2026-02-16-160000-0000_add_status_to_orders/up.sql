ALTER TABLE orders
    ADD COLUMN status VARCHAR(20) NOT NULL DEFAULT 'new',
    ADD CONSTRAINT known_status CHECK (status IN ('new', 'paid', 'shipped', 'cancelled'));
