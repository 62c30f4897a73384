CREATE VIEW order_totals AS
SELECT order_id, CAST(SUM(quantity::BIGINT * price_cents) AS BIGINT) AS total_cents
FROM order_lines
GROUP BY order_id;
