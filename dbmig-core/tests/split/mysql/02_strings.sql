INSERT INTO t VALUES ('a;b', 'it''s; fine', 'it\'s; fine', "it's; \"quoted\"; ""too""");
INSERT INTO t VALUES ('back\\'); SELECT 2;
SELECT x'00', b'1', N'n;', _utf8mb4'u;', 'two
lines;'
