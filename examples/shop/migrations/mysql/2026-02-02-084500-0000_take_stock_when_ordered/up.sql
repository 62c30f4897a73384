-- More than there is violates `stock_not_negative`, and the order fails as a whole. BEFORE, so that
-- the product is locked for writing at once: two orders that first lock it for reading, for the
-- foreign key, would wait for each other.
CREATE TRIGGER take_stock BEFORE INSERT ON order_lines
    FOR EACH ROW UPDATE products SET stock = stock - NEW.quantity WHERE id = NEW.product_id;
