-- SQLite refuses while an index or a view uses the column: drop those before it.
ALTER TABLE {table} DROP COLUMN {column};
