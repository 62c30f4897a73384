-- Each order updates `stock`: with some room left on its page, the new row needs no index entry.
ALTER TABLE products SET (fillfactor = 80);
