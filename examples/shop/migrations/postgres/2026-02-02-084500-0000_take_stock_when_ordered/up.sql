-- More than there is violates `stock_not_negative`, and the order fails as a whole.
CREATE FUNCTION take_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE products SET stock = stock - NEW.quantity WHERE id = NEW.product_id;
    RETURN NULL;
END;
$$;

CREATE TRIGGER take_stock AFTER INSERT ON order_lines
    FOR EACH ROW EXECUTE FUNCTION take_stock();
