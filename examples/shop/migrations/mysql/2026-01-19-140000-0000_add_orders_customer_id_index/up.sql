-- The orders of a customer in their sequence; the index of the foreign key alone does not sort.
CREATE INDEX orders_customer_id ON orders (customer_id, created_at);
