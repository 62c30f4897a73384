DROP TRIGGER record_price_change;
DROP TABLE price_changes;
