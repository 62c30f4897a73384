CREATE UNIQUE INDEX {index} ON {table} ({columns});
