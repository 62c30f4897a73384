CREATE VIEW order_totals AS
SELECT order_id, CAST(SUM(quantity * price_cents) AS SIGNED) AS total_cents
FROM order_lines
GROUP BY order_id;
