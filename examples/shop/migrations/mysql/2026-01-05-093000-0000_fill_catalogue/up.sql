-- A first catalogue, and two customers to try it with.
INSERT INTO products (sku, name, price_cents) VALUES
    ('TEA-ASSAM', 'Assam tea, 250 g', 890),
    ('TEA-SENCHA', 'Sencha tea, 100 g', 1250),
    ('POT-IRON', 'Cast iron teapot', 5490),
    ('CUP-CLAY', 'Clay cup', 1400);

INSERT INTO customers (full_name, email) VALUES
    ('Ada Lovelace', 'ada@example.com'),
    ('Grace Brewster Hopper', 'grace@example.com');
