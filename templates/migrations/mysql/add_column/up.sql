-- A new column that is NOT NULL needs a DEFAULT: the rows that exist have no value for it.
ALTER TABLE {table} ADD COLUMN {column} VARCHAR(255);
