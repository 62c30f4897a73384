INSERT INTO t VALUES ('a;b', 'it''s; fine', '-- no comment', '/* none; */');
INSERT INTO log VALUES ('back\'); SELECT 2;
SELECT x'00', 'two
lines;'
