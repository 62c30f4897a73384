CREATE TABLE "__dbmig_history" (id INTEGER PRIMARY KEY AUTOINCREMENT, format INTEGER NOT NULL, version VARCHAR(50) NOT NULL, name TEXT NOT NULL, direction TEXT NOT NULL, state TEXT NOT NULL, execution TEXT NOT NULL, checksum TEXT NOT NULL, statements_total INTEGER NOT NULL, statements_started INTEGER NOT NULL, statements_done INTEGER NOT NULL, script TEXT NOT NULL, down_script TEXT, compatible TEXT, reversible TEXT, outlook TEXT, settings TEXT, down_checksum TEXT, signature TEXT, started_at TEXT NOT NULL, ended_at TEXT, app TEXT, host TEXT, database_user TEXT, session TEXT, sighted TEXT, error TEXT, note TEXT);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (1, 1, '01', '01_users', 'up', 'done', 'transaction', '25db7d3c920e9c433253f7560e02b2f055354e05e5ef0b87bbf6aa0cc96e29a0', 1, 1, 1, 'CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(20));
', 'DROP TABLE users;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table users
lossy inferred 1:12 drops the table users
table	users
', 'inference 2
', 'de1015707e41d6682186c3440c58b222518e75eae7becfba74346468eefdfc5d', NULL, '2026-01-01T12:01:00.000Z', '2026-01-01T12:01:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (2, 1, '02', '02_steps', 'up', 'done', 'statements', '9f231f34584568b29d7b76aed5620414ce95e553785c2ff97c131ff8d8ee06a5', 2, 2, 2, 'CREATE TABLE steps (id INTEGER PRIMARY KEY);
INSERT INTO steps VALUES (2);
', 'DROP TABLE steps;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table steps
lossy inferred 1:12 drops the table steps
table	steps
', 'inference 2
', '03ea1b385e43520a1012c5dda5bc474b0eb705c4e77c10fe760f939ea35c96c8', '048d9a1229df88dc524a91839e8141a09b6872f244cf5f3c8160c9d2479cbf10', '2026-01-01T12:02:00.000Z', '2026-01-01T12:02:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (3, 1, '03', '03_redone', 'up', 'done', 'transaction', 'd80946809ee03651de4b3a330f45a96df52882a0be7e5a1df81ebe55cb24448c', 1, 1, 1, 'INSERT INTO users VALUES (3, ''c'');
', 'DELETE FROM users WHERE id = 3;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '818c1ff5632905d52574ec346d7d3eb77dd4a636d2c8cbfaabb57b5489ac9ef2', NULL, '2026-01-01T12:03:00.000Z', '2026-01-01T12:03:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (4, 1, '03', '03_redone', 'down', 'done', 'transaction', 'd80946809ee03651de4b3a330f45a96df52882a0be7e5a1df81ebe55cb24448c', 1, 1, 1, 'DELETE FROM users WHERE id = 3;
', NULL, 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', NULL, NULL, '2026-01-01T12:04:00.000Z', '2026-01-01T12:04:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (5, 1, '03', '03_redone', 'up', 'done', 'transaction', 'd80946809ee03651de4b3a330f45a96df52882a0be7e5a1df81ebe55cb24448c', 1, 1, 1, 'INSERT INTO users VALUES (3, ''c'');
', 'DELETE FROM users WHERE id = 3;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '818c1ff5632905d52574ec346d7d3eb77dd4a636d2c8cbfaabb57b5489ac9ef2', NULL, '2026-01-01T12:05:00.000Z', '2026-01-01T12:05:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (6, 1, '04', '04_failed', 'up', 'failed', 'transaction', 'ba16fd4d2d9268e6a1733319f8c7e9cb3696c9b2dc51698bf360afc99f4cdbe0', 2, 0, 0, 'INSERT INTO users VALUES (4, ''d'');
INSERT INTO nowhere VALUES (40, ''d'');
', 'DELETE FROM users WHERE id IN (4, 40);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'ac839adbfd2cbf2258049f796f30078fc60f6318e59399e9ea96d6226a33abb8', NULL, '2026-01-01T12:06:00.000Z', '2026-01-01T12:06:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, 'no such table: nowhere', NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (7, 1, '04', '04_failed', 'up', 'done', 'transaction', '3d0681b3749610c426b136fa37cfa7469b586a0ee3a31772f08e4d5f3e95409a', 2, 2, 2, 'INSERT INTO users VALUES (4, ''d'');
INSERT INTO users VALUES (40, ''d'');
', 'DELETE FROM users WHERE id IN (4, 40);
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'ac839adbfd2cbf2258049f796f30078fc60f6318e59399e9ea96d6226a33abb8', NULL, '2026-01-01T12:07:00.000Z', '2026-01-01T12:07:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (8, 1, '05', '05_resumed', 'up', 'resumed', 'statements', '0e228dcfd2f4192bb22b2f3f65c9614b0f578966f74085478f12cc4213957515', 2, 1, 1, 'INSERT INTO steps VALUES (5);
INSERT INTO nowhere VALUES (50);
', 'DELETE FROM steps WHERE id IN (5, 50);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '14d086285e54d8c248df22e31e740a919302ef69cff45a59f22e84e3d7d3bce9', NULL, '2026-01-01T12:08:00.000Z', '2026-01-01T12:08:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, 'no such table: nowhere', NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (9, 1, '05', '05_resumed', 'up', 'done', 'statements', 'f17232d04f563387a12d5f31629839d771c38057d9b22efbedfa78504111a4dc', 2, 2, 2, 'INSERT INTO steps VALUES (5);
INSERT INTO steps VALUES (50);
', 'DELETE FROM steps WHERE id IN (5, 50);
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in steps
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '14d086285e54d8c248df22e31e740a919302ef69cff45a59f22e84e3d7d3bce9', NULL, '2026-01-01T12:09:00.000Z', '2026-01-01T12:09:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (10, 1, '06', '06_forgotten', 'up', 'resumed', 'statements', '217695a6e44bc6a7da306e37d87303cfa9a91dedb62711666836ca471a7fba45', 2, 1, 1, 'INSERT INTO steps VALUES (6);
INSERT INTO nowhere VALUES (60);
', 'DELETE FROM steps WHERE id IN (6, 60);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6c2da8bc91187be622135f02fc76c1bb81978f8708cccdfe744104b9305d2008', NULL, '2026-01-01T12:10:00.000Z', '2026-01-01T12:10:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, 'no such table: nowhere', NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (11, 1, '06', '06_forgotten', 'up', 'forgotten', 'statements', '217695a6e44bc6a7da306e37d87303cfa9a91dedb62711666836ca471a7fba45', 2, 1, 1, 'INSERT INTO steps VALUES (6);
INSERT INTO nowhere VALUES (60);
', 'DELETE FROM steps WHERE id IN (6, 60);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6c2da8bc91187be622135f02fc76c1bb81978f8708cccdfe744104b9305d2008', NULL, '2026-01-01T12:11:00.000Z', '2026-01-01T12:11:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, NULL, NULL, NULL, 'repair: 06_forgotten: nothing of the interrupted run is in the database; it counts as pending');
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (12, 1, '06', '06_forgotten', 'up', 'done', 'statements', 'ffabef3e60ca5707dac6e87088d1f0ba49307c52dc1cb91735b3f1f3078fd612', 2, 2, 2, 'INSERT INTO steps VALUES (6);
INSERT INTO steps VALUES (60);
', 'DELETE FROM steps WHERE id IN (6, 60);
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in steps
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6c2da8bc91187be622135f02fc76c1bb81978f8708cccdfe744104b9305d2008', NULL, '2026-01-01T12:12:00.000Z', '2026-01-01T12:12:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (13, 1, '07', '07_finished', 'up', 'resumed', 'statements', '0a1cdffdceb85f456769b40c382c8fc20bfcc474d2913515bbadad84197f1b86', 2, 1, 1, 'INSERT INTO steps VALUES (7);
INSERT INTO nowhere VALUES (70);
', 'DELETE FROM steps WHERE id IN (7, 70);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6ea8409699109158107e1f68544e678683644c314df49bedbd0ae51e74e094d9', NULL, '2026-01-01T12:13:00.000Z', '2026-01-01T12:13:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, 'no such table: nowhere', NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (14, 1, '07', '07_finished', 'up', 'baselined', 'statements', '0a1cdffdceb85f456769b40c382c8fc20bfcc474d2913515bbadad84197f1b86', 2, 1, 1, 'INSERT INTO steps VALUES (7);
INSERT INTO nowhere VALUES (70);
', 'DELETE FROM steps WHERE id IN (7, 70);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6ea8409699109158107e1f68544e678683644c314df49bedbd0ae51e74e094d9', NULL, '2026-01-01T12:14:00.000Z', '2026-01-01T12:14:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, NULL, NULL, NULL, 'repair: 07_finished: all of the interrupted run is in the database; it counts as applied');
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (15, 1, '08', '08_settled', 'up', 'resumed', 'statements', 'cc710a09031e4834750f454ee592833bfe537b14ede14cc55e676e3a031df65b', 3, 2, 1, 'INSERT INTO steps VALUES (8);
INSERT INTO nowhere VALUES (80);
INSERT INTO steps VALUES (800);
', 'DELETE FROM steps WHERE id IN (8, 80, 800);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '73f22adde55deeab861301d3e124ceaa5b5cf02b4e2e3496abf4afd241fce7b5', NULL, '2026-01-01T12:15:00.000Z', NULL, 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (16, 1, '08', '08_settled', 'up', 'resumed', 'statements', 'cc710a09031e4834750f454ee592833bfe537b14ede14cc55e676e3a031df65b', 3, 2, 2, 'INSERT INTO steps VALUES (8);
INSERT INTO nowhere VALUES (80);
INSERT INTO steps VALUES (800);
', 'DELETE FROM steps WHERE id IN (8, 80, 800);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '73f22adde55deeab861301d3e124ceaa5b5cf02b4e2e3496abf4afd241fce7b5', NULL, '2026-01-01T12:16:00.000Z', '2026-01-01T12:16:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, NULL, NULL, NULL, 'repair: 08_settled: statement 2 took effect; the next run goes on with statement 3');
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (17, 1, '08', '08_settled', 'up', 'done', 'statements', 'cc710a09031e4834750f454ee592833bfe537b14ede14cc55e676e3a031df65b', 3, 3, 3, 'INSERT INTO steps VALUES (8);
INSERT INTO nowhere VALUES (80);
INSERT INTO steps VALUES (800);
', 'DELETE FROM steps WHERE id IN (8, 80, 800);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '73f22adde55deeab861301d3e124ceaa5b5cf02b4e2e3496abf4afd241fce7b5', NULL, '2026-01-01T12:17:00.000Z', '2026-01-01T12:17:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (18, 1, '09', '09_floor', 'up', 'forgotten', 'transaction', 'a1936397ae77271f5e413ae5d01457718cf0e5c02ef34efeb602b1cfb5bc4f8d', 1, 0, 0, 'INSERT INTO users WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT 9, max(i) FROM n;
', 'DELETE FROM users WHERE id = 9;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'dc08f539673d12f45ddfcb39af6d1d5d493a6fce60bff5e164ab8300c7ad88f9', NULL, '2026-01-01T12:18:00.000Z', NULL, 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (19, 1, '09', '09_floor', 'up', 'done', 'transaction', 'b5a52c4481e5364616eeeeb57f6ac2ef3780f7c14626824a2caf932ea265b667', 1, 1, 1, 'INSERT INTO users VALUES (9, ''i'');
', 'DELETE FROM users WHERE id = 9;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'dc08f539673d12f45ddfcb39af6d1d5d493a6fce60bff5e164ab8300c7ad88f9', NULL, '2026-01-01T12:19:00.000Z', '2026-01-01T12:19:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (20, 1, '09', '09_floor', 'up', 'went_on', 'transaction', '', 0, 0, 0, '', NULL, 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', '', NULL, NULL, '2026-01-01T12:20:00.000Z', '2026-01-01T12:20:01.000Z', 'shop 1.0 (build b7c4f)', 'host', NULL, NULL, NULL, NULL, 'this version does not know it and goes on all the same: breaking_ahead is `warn`');
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (21, 1, '10', '10_restart', 'up', 'done', 'transaction', '13d02fc69b15f80f814c2f897ac74ba2ccabb43e0a14021a5b97deda366a7241', 1, 1, 1, 'UPDATE users SET nick = ''j'' WHERE nick = ''i'';
', 'UPDATE users SET nick = ''i'' WHERE nick = ''j'';
', 'after_restart', 'lossy', 'compatible_after_restart declared - its metadata.toml says so
lossy inferred 1:1 changes rows of the table users
', 'inference 2
', '4fecabbe2e7379a92cb3535e4aa009686607ff4414171b6e071b99e0e0673be6', 'c13faef516116fe9f759d5cbb62a9013bbf0ffefa9f7a3c8bb35e28be4ca3a52', '2026-01-01T12:21:00.000Z', '2026-01-01T12:21:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (22, 1, '11', '11_renamed', 'up', 'done', 'transaction', '8795674312ba63f6e3882d96cfe71ec5b8908d7dd4d0c2bce141e2325d87d0c7', 1, 1, 1, 'ALTER TABLE steps RENAME TO moves;
', 'ALTER TABLE moves RENAME TO steps;
', 'breaking', 'yes', 'breaking declared - its metadata.toml says so
yes inferred - drops no table and no column
', 'inference 2
', 'ba0d71165f1bbff5b6145834bcfae9a28bbe23ec1f7ac1e062a21d0563a7df36', '53afd5223d97f24aec6a627b346cb93b44adb40e7b102543abb308fc7070d17a', '2026-01-01T12:22:00.000Z', '2026-01-01T12:22:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (23, 1, '11', '11_renamed', 'up', 'baselined', 'transaction', '8795674312ba63f6e3882d96cfe71ec5b8908d7dd4d0c2bce141e2325d87d0c7', 1, 1, 1, 'ALTER TABLE steps RENAME TO moves;
', 'ALTER TABLE moves RENAME TO steps;
', 'compatible', 'yes', 'compatible declared - a person said so with `repair`
yes inferred - drops no table and no column
', 'inference 2
', 'ba0d71165f1bbff5b6145834bcfae9a28bbe23ec1f7ac1e062a21d0563a7df36', 'f03cde4b7e51a5860edbce1647040ca05e337a277e372b7cdd2b832a26365e1b', '2026-01-01T12:23:00.000Z', '2026-01-01T12:23:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, NULL, NULL, NULL, 'repair: 11_renamed: it counts as compatible; versions of the app that do not know it may run');
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (24, 1, '12', '12_foreign', 'up', 'baselined', 'transaction', '2e5d8d0380a3a9f671cad12c7e86d326cda1fdb137637b66320ec992e5f85a6d', 1, 0, 0, 'INSERT INTO users VALUES (12, ''l'');
', 'DELETE FROM users WHERE id = 12;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'be44cccbd2f7ce834072c15bda5ab4b3cbf85b0018a9059dd0380e1583fd8ff8', '34c155d850a2d4e0f6750e1bd93149da1b0a33444eff67096ef8fdd485446ad4', '2026-01-01T12:24:00.000Z', '2026-01-01T12:24:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (25, 1, '03', '03_redone', 'up', 'baselined', 'transaction', '46334dd4fd0384eb3bd4316e2f8b058f96b1ae3e583597ebe72a970f929837b7', 1, 0, 0, 'INSERT INTO users (id, nick) VALUES (3, ''c'');
', 'DELETE FROM users WHERE id = 3;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '818c1ff5632905d52574ec346d7d3eb77dd4a636d2c8cbfaabb57b5489ac9ef2', NULL, '2026-01-01T12:25:00.000Z', '2026-01-01T12:25:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, 'repair: 03_redone: migrations/03_redone/up.sql as it is here counts as what was applied');
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (26, 1, '13', '13_gone', 'up', 'done', 'transaction', 'bbac556fd6501cbd53c4dca8695096394d25bcbf18726f6dcd0ead3e0162f84b', 1, 1, 1, 'CREATE TABLE gone (id INTEGER);
', 'DROP TABLE gone;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table gone
lossy inferred 1:12 drops the table gone
table	gone
', 'inference 2
', '7d53587d6cfd1d4b4093ac3d8f7df9e81c5706982df68a1b4168b7e26ad7da5e', NULL, '2026-01-01T12:26:00.000Z', '2026-01-01T12:26:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (27, 1, '13', '13_gone', 'down', 'done', 'transaction', 'bbac556fd6501cbd53c4dca8695096394d25bcbf18726f6dcd0ead3e0162f84b', 1, 1, 1, 'DROP TABLE gone;
', NULL, 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table gone
lossy inferred 1:12 drops the table gone
table	gone
', 'inference 2
', NULL, NULL, '2026-01-01T12:27:00.000Z', '2026-01-01T12:27:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (28, 1, '14', '14_stopped', 'up', 'failed', 'transaction', '0936c885fb392422b10030ff0b8291c7a283e2c096565cc697fc584ad3391702', 2, 0, 0, 'INSERT INTO users WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000000) SELECT 14, max(i) FROM n;
INSERT INTO users VALUES (140, ''n'');
', 'DELETE FROM users WHERE id = 14;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '646d66b5edd4338fe8277216caa1bc313c4a2aeca4015f556cbf3f13c11ad684', NULL, '2026-01-01T12:28:00.000Z', '2026-01-01T12:28:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, 'stopped, as it was asked to');
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (29, 1, '14', '14_stopped', 'up', 'done', 'transaction', '43b474b9dda8dabf46ceb456200db72eec9478e09b83b4075db91aca9edf8b45', 1, 1, 1, 'INSERT INTO users VALUES (14, ''n'');
', 'DELETE FROM users WHERE id = 14;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '646d66b5edd4338fe8277216caa1bc313c4a2aeca4015f556cbf3f13c11ad684', '9f7ae075eed0b07f0c5e646f3d18484a95ff5b1950945200334efcb4c9b62c2b', '2026-01-01T12:29:00.000Z', '2026-01-01T12:29:01.000Z', 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
INSERT INTO __dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) VALUES (30, 1, '15', '15_lost', 'up', 'running', 'statements', 'ff864657b666465cf42edee9bfde553265f0cea4f95311bbffe8ac51d98fdac4', 3, 1, 1, 'INSERT INTO users VALUES (15, ''o'');
INSERT INTO users WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT 151, max(i) FROM n;
INSERT INTO users VALUES (150, ''o'');
', 'DROP INDEX users_nick;
DELETE FROM users WHERE nick = ''o'';
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table users, which the previous version may not expect
lossy inferred 2:1 deletes rows of the table users
', 'inference 2
', 'dd9887b4bc91805d8715fab9d0960466ee6cf810ed71ef07219dabb24ee76dd5', NULL, '2026-01-01T12:30:00.000Z', NULL, 'cargo-dbmig 0.1.0', 'host', NULL, '', NULL, NULL, NULL);
CREATE TABLE "__diesel_schema_migrations" (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('01', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('02', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('03', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('04', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('05', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('06', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('07', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('08', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('09', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('10', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('11', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('12', '2026-01-01 12:00:00');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('14', '2026-01-01 12:00:00');
CREATE TABLE "moves" (id INTEGER PRIMARY KEY);
INSERT INTO moves (id) VALUES (2);
INSERT INTO moves (id) VALUES (5);
INSERT INTO moves (id) VALUES (6);
INSERT INTO moves (id) VALUES (7);
INSERT INTO moves (id) VALUES (8);
INSERT INTO moves (id) VALUES (50);
INSERT INTO moves (id) VALUES (60);
INSERT INTO moves (id) VALUES (70);
INSERT INTO moves (id) VALUES (80);
INSERT INTO moves (id) VALUES (800);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('__dbmig_history', 30);
CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(20));
INSERT INTO users (id, nick) VALUES (3, 'c');
INSERT INTO users (id, nick) VALUES (4, 'd');
INSERT INTO users (id, nick) VALUES (9, 'j');
INSERT INTO users (id, nick) VALUES (12, 'l');
INSERT INTO users (id, nick) VALUES (14, 'n');
INSERT INTO users (id, nick) VALUES (15, 'o');
INSERT INTO users (id, nick) VALUES (40, 'd');
