CREATE TABLE price_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id),
    old_price_cents INTEGER NOT NULL,
    new_price_cents INTEGER NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE FUNCTION record_price_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO price_changes (product_id, old_price_cents, new_price_cents)
    VALUES (NEW.id, OLD.price_cents, NEW.price_cents);
    RETURN NULL;
END;
$$;

CREATE TRIGGER record_price_change AFTER UPDATE OF price_cents ON products
    FOR EACH ROW WHEN (OLD.price_cents <> NEW.price_cents)
    EXECUTE FUNCTION record_price_change();
