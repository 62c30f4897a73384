INSERT INTO t VALUES ('a;b', 'it''s; fine', '-- no comment', '/* none; */');
INSERT INTO t VALUES ('back\slash\'); SELECT 2;
SELECT 'two
lines;'
