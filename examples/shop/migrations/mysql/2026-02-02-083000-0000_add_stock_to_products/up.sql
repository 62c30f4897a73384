ALTER TABLE products
    ADD COLUMN stock INTEGER NOT NULL DEFAULT 0,
    ADD CONSTRAINT stock_not_negative CHECK (stock >= 0);

-- What was counted in the storeroom.
UPDATE products SET stock = CASE WHEN sku LIKE 'TEA-%' THEN 200 ELSE 12 END;
