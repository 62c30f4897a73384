-- The version of the app that runs now still asks for {old}.
ALTER TABLE {from} RENAME TO {to};
