ALTER TABLE orders
    ADD COLUMN status TEXT NOT NULL DEFAULT 'new'
    CONSTRAINT known_status CHECK (status IN ('new', 'paid', 'shipped', 'cancelled'));
