-- Readers no longer wait for the one who writes an order, nor the other way round.
PRAGMA journal_mode = WAL;
