-- CONCURRENTLY lets others write meanwhile; it cannot be part of a transaction (see metadata.toml).
CREATE UNIQUE INDEX CONCURRENTLY {index} ON {table} ({columns});
