-- More than there is violates `stock_not_negative`, and the order fails as a whole.
CREATE TRIGGER take_stock AFTER INSERT ON order_lines
BEGIN
    UPDATE products SET stock = stock - NEW.quantity WHERE id = NEW.product_id;
END;
