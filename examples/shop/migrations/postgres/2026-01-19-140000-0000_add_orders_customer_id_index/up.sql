-- The shop goes on selling meanwhile: a plain CREATE INDEX would lock out every new order.
CREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);
