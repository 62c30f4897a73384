CREATE TABLE price_changes (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    product_id BIGINT NOT NULL,
    old_price_cents INTEGER NOT NULL,
    new_price_cents INTEGER NOT NULL,
    changed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (product_id) REFERENCES products (id)
);

-- Its end is found without DELIMITER.
CREATE TRIGGER record_price_change AFTER UPDATE ON products FOR EACH ROW
BEGIN
    IF OLD.price_cents <> NEW.price_cents THEN
        INSERT INTO price_changes (product_id, old_price_cents, new_price_cents)
        VALUES (NEW.id, OLD.price_cents, NEW.price_cents);
    END IF;
END;
