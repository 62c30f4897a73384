DROP TRIGGER record_price_change ON products;
DROP FUNCTION record_price_change();
DROP TABLE price_changes;
