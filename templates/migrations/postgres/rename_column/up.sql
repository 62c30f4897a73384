-- The version of the app that runs now still asks for {old}.
ALTER TABLE {table} RENAME COLUMN {from} TO {to};
