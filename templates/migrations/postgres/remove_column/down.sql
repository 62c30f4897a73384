-- The column as it was before; its values are lost.
ALTER TABLE {table} ADD COLUMN {column} TEXT;
