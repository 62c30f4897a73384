CREATE VIEW order_totals AS
SELECT order_id, SUM(quantity * price_cents) AS total_cents
FROM order_lines
GROUP BY order_id;
