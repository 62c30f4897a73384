-- Few products are in most of the orders: more pages are looked at before a query is planned.
ALTER TABLE order_lines STATS_SAMPLE_PAGES = 64;
