DROP TRIGGER take_stock ON order_lines;
DROP FUNCTION take_stock();
