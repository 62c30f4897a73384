DELETE FROM customers WHERE email IN ('ada@example.com', 'grace@example.com');
DELETE FROM products WHERE sku IN ('TEA-ASSAM', 'TEA-SENCHA', 'POT-IRON', 'CUP-CLAY');
