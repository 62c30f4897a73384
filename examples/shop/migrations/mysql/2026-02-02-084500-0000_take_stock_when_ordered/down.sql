DROP TRIGGER take_stock;
