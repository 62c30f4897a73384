--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: __dbmig_history; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.__dbmig_history (
    id bigint NOT NULL,
    format smallint NOT NULL,
    version character varying(50) NOT NULL,
    name text NOT NULL,
    direction text NOT NULL,
    state text NOT NULL,
    execution text NOT NULL,
    checksum text NOT NULL,
    statements_total integer NOT NULL,
    statements_started integer NOT NULL,
    statements_done integer NOT NULL,
    script text NOT NULL,
    down_script text,
    compatible text,
    reversible text,
    outlook text,
    settings text,
    down_checksum text,
    signature text,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    app text,
    host text,
    database_user text,
    session text,
    sighted text,
    error text,
    note text
);


--
-- Name: __dbmig_history_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.__dbmig_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.__dbmig_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: __diesel_schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


--
-- Name: moves; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.moves (
    id integer NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id integer NOT NULL,
    nick character varying(20)
);


--
-- Data for Name: __dbmig_history; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (3, 1, '03', '03_redone', 'up', 'done', 'transaction', 'd80946809ee03651de4b3a330f45a96df52882a0be7e5a1df81ebe55cb24448c', 1, 1, 1, 'INSERT INTO users VALUES (3, ''c'');
', 'DELETE FROM users WHERE id = 3;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '818c1ff5632905d52574ec346d7d3eb77dd4a636d2c8cbfaabb57b5489ac9ef2', NULL, '2026-01-01 12:03:00+00', '2026-01-01 12:03:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000003', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (7, 1, '04', '04_failed', 'up', 'done', 'transaction', '3d0681b3749610c426b136fa37cfa7469b586a0ee3a31772f08e4d5f3e95409a', 2, 2, 2, 'INSERT INTO users VALUES (4, ''d'');
INSERT INTO users VALUES (40, ''d'');
', 'DELETE FROM users WHERE id IN (4, 40);
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'ac839adbfd2cbf2258049f796f30078fc60f6318e59399e9ea96d6226a33abb8', NULL, '2026-01-01 12:07:00+00', '2026-01-01 12:07:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000007', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (10, 1, '06', '06_forgotten', 'up', 'resumed', 'statements', '217695a6e44bc6a7da306e37d87303cfa9a91dedb62711666836ca471a7fba45', 2, 1, 1, 'INSERT INTO steps VALUES (6);
INSERT INTO nowhere VALUES (60);
', 'DELETE FROM steps WHERE id IN (6, 60);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6c2da8bc91187be622135f02fc76c1bb81978f8708cccdfe744104b9305d2008', NULL, '2026-01-01 12:10:00+00', '2026-01-01 12:10:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000000a', NULL, 'relation "nowhere" does not exist', NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (11, 1, '06', '06_forgotten', 'up', 'forgotten', 'statements', '217695a6e44bc6a7da306e37d87303cfa9a91dedb62711666836ca471a7fba45', 2, 1, 1, 'INSERT INTO steps VALUES (6);
INSERT INTO nowhere VALUES (60);
', 'DELETE FROM steps WHERE id IN (6, 60);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6c2da8bc91187be622135f02fc76c1bb81978f8708cccdfe744104b9305d2008', NULL, '2026-01-01 12:11:00+00', '2026-01-01 12:11:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', NULL, NULL, NULL, 'repair: 06_forgotten: nothing of the interrupted run is in the database; it counts as pending');
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (9, 1, '05', '05_resumed', 'up', 'done', 'statements', 'f17232d04f563387a12d5f31629839d771c38057d9b22efbedfa78504111a4dc', 2, 2, 2, 'INSERT INTO steps VALUES (5);
INSERT INTO steps VALUES (50);
', 'DELETE FROM steps WHERE id IN (5, 50);
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in steps
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '14d086285e54d8c248df22e31e740a919302ef69cff45a59f22e84e3d7d3bce9', NULL, '2026-01-01 12:09:00+00', '2026-01-01 12:09:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000009', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (13, 1, '07', '07_finished', 'up', 'resumed', 'statements', '0a1cdffdceb85f456769b40c382c8fc20bfcc474d2913515bbadad84197f1b86', 2, 1, 1, 'INSERT INTO steps VALUES (7);
INSERT INTO nowhere VALUES (70);
', 'DELETE FROM steps WHERE id IN (7, 70);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6ea8409699109158107e1f68544e678683644c314df49bedbd0ae51e74e094d9', NULL, '2026-01-01 12:13:00+00', '2026-01-01 12:13:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000000d', NULL, 'relation "nowhere" does not exist', NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (1, 1, '01', '01_users', 'up', 'done', 'transaction', '25db7d3c920e9c433253f7560e02b2f055354e05e5ef0b87bbf6aa0cc96e29a0', 1, 1, 1, 'CREATE TABLE users (id INTEGER PRIMARY KEY, nick VARCHAR(20));
', 'DROP TABLE users;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table users
lossy inferred 1:12 drops the table users
table	users
', 'inference 2
', 'de1015707e41d6682186c3440c58b222518e75eae7becfba74346468eefdfc5d', NULL, '2026-01-01 12:01:00+00', '2026-01-01 12:01:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000001', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (2, 1, '02', '02_steps', 'up', 'done', 'statements', '9f231f34584568b29d7b76aed5620414ce95e553785c2ff97c131ff8d8ee06a5', 2, 2, 2, 'CREATE TABLE steps (id INTEGER PRIMARY KEY);
INSERT INTO steps VALUES (2);
', 'DROP TABLE steps;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table steps
lossy inferred 1:12 drops the table steps
table	steps
', 'inference 2
', '03ea1b385e43520a1012c5dda5bc474b0eb705c4e77c10fe760f939ea35c96c8', '048d9a1229df88dc524a91839e8141a09b6872f244cf5f3c8160c9d2479cbf10', '2026-01-01 12:02:00+00', '2026-01-01 12:02:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000002', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (4, 1, '03', '03_redone', 'down', 'done', 'transaction', 'd80946809ee03651de4b3a330f45a96df52882a0be7e5a1df81ebe55cb24448c', 1, 1, 1, 'DELETE FROM users WHERE id = 3;
', NULL, 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', NULL, NULL, '2026-01-01 12:04:00+00', '2026-01-01 12:04:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000004', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (5, 1, '03', '03_redone', 'up', 'done', 'transaction', 'd80946809ee03651de4b3a330f45a96df52882a0be7e5a1df81ebe55cb24448c', 1, 1, 1, 'INSERT INTO users VALUES (3, ''c'');
', 'DELETE FROM users WHERE id = 3;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '818c1ff5632905d52574ec346d7d3eb77dd4a636d2c8cbfaabb57b5489ac9ef2', NULL, '2026-01-01 12:05:00+00', '2026-01-01 12:05:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000005', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (6, 1, '04', '04_failed', 'up', 'failed', 'transaction', 'ba16fd4d2d9268e6a1733319f8c7e9cb3696c9b2dc51698bf360afc99f4cdbe0', 2, 0, 0, 'INSERT INTO users VALUES (4, ''d'');
INSERT INTO nowhere VALUES (40, ''d'');
', 'DELETE FROM users WHERE id IN (4, 40);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'ac839adbfd2cbf2258049f796f30078fc60f6318e59399e9ea96d6226a33abb8', NULL, '2026-01-01 12:06:00+00', '2026-01-01 12:06:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000006', NULL, 'relation "nowhere" does not exist', NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (8, 1, '05', '05_resumed', 'up', 'resumed', 'statements', '0e228dcfd2f4192bb22b2f3f65c9614b0f578966f74085478f12cc4213957515', 2, 1, 1, 'INSERT INTO steps VALUES (5);
INSERT INTO nowhere VALUES (50);
', 'DELETE FROM steps WHERE id IN (5, 50);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '14d086285e54d8c248df22e31e740a919302ef69cff45a59f22e84e3d7d3bce9', NULL, '2026-01-01 12:08:00+00', '2026-01-01 12:08:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000008', NULL, 'relation "nowhere" does not exist', NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (12, 1, '06', '06_forgotten', 'up', 'done', 'statements', 'ffabef3e60ca5707dac6e87088d1f0ba49307c52dc1cb91735b3f1f3078fd612', 2, 2, 2, 'INSERT INTO steps VALUES (6);
INSERT INTO steps VALUES (60);
', 'DELETE FROM steps WHERE id IN (6, 60);
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in steps
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6c2da8bc91187be622135f02fc76c1bb81978f8708cccdfe744104b9305d2008', NULL, '2026-01-01 12:12:00+00', '2026-01-01 12:12:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000000c', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (20, 1, '09', '09_floor', 'up', 'went_on', 'transaction', '', 0, 0, 0, '', NULL, 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', '', NULL, NULL, '2026-01-01 12:20:00+00', '2026-01-01 12:20:01+00', 'shop 1.0 (build b7c4f)', 'host', 'dbmig', NULL, NULL, NULL, 'this version does not know it and goes on all the same: breaking_ahead is `warn`');
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (21, 1, '10', '10_restart', 'up', 'done', 'transaction', '13d02fc69b15f80f814c2f897ac74ba2ccabb43e0a14021a5b97deda366a7241', 1, 1, 1, 'UPDATE users SET nick = ''j'' WHERE nick = ''i'';
', 'UPDATE users SET nick = ''i'' WHERE nick = ''j'';
', 'after_restart', 'lossy', 'compatible_after_restart declared - its metadata.toml says so
lossy inferred 1:1 changes rows of the table users
', 'inference 2
', '4fecabbe2e7379a92cb3535e4aa009686607ff4414171b6e071b99e0e0673be6', 'c13faef516116fe9f759d5cbb62a9013bbf0ffefa9f7a3c8bb35e28be4ca3a52', '2026-01-01 12:21:00+00', '2026-01-01 12:21:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000015', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (16, 1, '08', '08_settled', 'up', 'resumed', 'statements', 'cc710a09031e4834750f454ee592833bfe537b14ede14cc55e676e3a031df65b', 3, 2, 2, 'INSERT INTO steps VALUES (8);
INSERT INTO nowhere VALUES (80);
INSERT INTO steps VALUES (800);
', 'DELETE FROM steps WHERE id IN (8, 80, 800);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '73f22adde55deeab861301d3e124ceaa5b5cf02b4e2e3496abf4afd241fce7b5', NULL, '2026-01-01 12:16:00+00', '2026-01-01 12:16:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', NULL, NULL, NULL, 'repair: 08_settled: statement 2 took effect; the next run goes on with statement 3');
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (17, 1, '08', '08_settled', 'up', 'done', 'statements', 'cc710a09031e4834750f454ee592833bfe537b14ede14cc55e676e3a031df65b', 3, 3, 3, 'INSERT INTO steps VALUES (8);
INSERT INTO nowhere VALUES (80);
INSERT INTO steps VALUES (800);
', 'DELETE FROM steps WHERE id IN (8, 80, 800);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '73f22adde55deeab861301d3e124ceaa5b5cf02b4e2e3496abf4afd241fce7b5', NULL, '2026-01-01 12:17:00+00', '2026-01-01 12:17:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000011', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (18, 1, '09', '09_floor', 'up', 'forgotten', 'transaction', '054d037f87856003bb44d371deb34114a9632926c4f5621a9f58aa4f27349217', 1, 0, 0, 'INSERT INTO users SELECT 9, ''x'' FROM pg_sleep(300);
', 'DELETE FROM users WHERE id = 9;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'dc08f539673d12f45ddfcb39af6d1d5d493a6fce60bff5e164ab8300c7ad88f9', NULL, '2026-01-01 12:18:00+00', NULL, 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000012', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (19, 1, '09', '09_floor', 'up', 'done', 'transaction', 'b5a52c4481e5364616eeeeb57f6ac2ef3780f7c14626824a2caf932ea265b667', 1, 1, 1, 'INSERT INTO users VALUES (9, ''i'');
', 'DELETE FROM users WHERE id = 9;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'dc08f539673d12f45ddfcb39af6d1d5d493a6fce60bff5e164ab8300c7ad88f9', NULL, '2026-01-01 12:19:00+00', '2026-01-01 12:19:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000013', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (23, 1, '11', '11_renamed', 'up', 'baselined', 'transaction', '8795674312ba63f6e3882d96cfe71ec5b8908d7dd4d0c2bce141e2325d87d0c7', 1, 1, 1, 'ALTER TABLE steps RENAME TO moves;
', 'ALTER TABLE moves RENAME TO steps;
', 'compatible', 'yes', 'compatible declared - a person said so with `repair`
yes inferred - drops no table and no column
', 'inference 2
', 'ba0d71165f1bbff5b6145834bcfae9a28bbe23ec1f7ac1e062a21d0563a7df36', 'f03cde4b7e51a5860edbce1647040ca05e337a277e372b7cdd2b832a26365e1b', '2026-01-01 12:23:00+00', '2026-01-01 12:23:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', NULL, NULL, NULL, 'repair: 11_renamed: it counts as compatible; versions of the app that do not know it may run');
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (15, 1, '08', '08_settled', 'up', 'resumed', 'statements', 'cc710a09031e4834750f454ee592833bfe537b14ede14cc55e676e3a031df65b', 3, 2, 1, 'INSERT INTO steps VALUES (8);
INSERT INTO nowhere VALUES (80);
INSERT INTO steps VALUES (800);
', 'DELETE FROM steps WHERE id IN (8, 80, 800);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '73f22adde55deeab861301d3e124ceaa5b5cf02b4e2e3496abf4afd241fce7b5', NULL, '2026-01-01 12:15:00+00', NULL, 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000000f', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (22, 1, '11', '11_renamed', 'up', 'done', 'transaction', '8795674312ba63f6e3882d96cfe71ec5b8908d7dd4d0c2bce141e2325d87d0c7', 1, 1, 1, 'ALTER TABLE steps RENAME TO moves;
', 'ALTER TABLE moves RENAME TO steps;
', 'breaking', 'yes', 'breaking declared - its metadata.toml says so
yes inferred - drops no table and no column
', 'inference 2
', 'ba0d71165f1bbff5b6145834bcfae9a28bbe23ec1f7ac1e062a21d0563a7df36', '53afd5223d97f24aec6a627b346cb93b44adb40e7b102543abb308fc7070d17a', '2026-01-01 12:22:00+00', '2026-01-01 12:22:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000016', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (24, 1, '12', '12_foreign', 'up', 'baselined', 'transaction', '2e5d8d0380a3a9f671cad12c7e86d326cda1fdb137637b66320ec992e5f85a6d', 1, 0, 0, 'INSERT INTO users VALUES (12, ''l'');
', 'DELETE FROM users WHERE id = 12;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', 'be44cccbd2f7ce834072c15bda5ab4b3cbf85b0018a9059dd0380e1583fd8ff8', '34c155d850a2d4e0f6750e1bd93149da1b0a33444eff67096ef8fdd485446ad4', '2026-01-01 12:24:00+00', '2026-01-01 12:24:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000018', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (25, 1, '03', '03_redone', 'up', 'baselined', 'transaction', '46334dd4fd0384eb3bd4316e2f8b058f96b1ae3e583597ebe72a970f929837b7', 1, 0, 0, 'INSERT INTO users (id, nick) VALUES (3, ''c'');
', 'DELETE FROM users WHERE id = 3;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '818c1ff5632905d52574ec346d7d3eb77dd4a636d2c8cbfaabb57b5489ac9ef2', NULL, '2026-01-01 12:25:00+00', '2026-01-01 12:25:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 00000019', NULL, NULL, 'repair: 03_redone: migrations/03_redone/up.sql as it is here counts as what was applied');
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (26, 1, '13', '13_gone', 'up', 'done', 'transaction', 'bbac556fd6501cbd53c4dca8695096394d25bcbf18726f6dcd0ead3e0162f84b', 1, 1, 1, 'CREATE TABLE gone (id INTEGER);
', 'DROP TABLE gone;
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table gone
lossy inferred 1:12 drops the table gone
table	gone
', 'inference 2
', '7d53587d6cfd1d4b4093ac3d8f7df9e81c5706982df68a1b4168b7e26ad7da5e', NULL, '2026-01-01 12:26:00+00', '2026-01-01 12:26:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000001a', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (27, 1, '13', '13_gone', 'down', 'done', 'transaction', 'bbac556fd6501cbd53c4dca8695096394d25bcbf18726f6dcd0ead3e0162f84b', 1, 1, 1, 'DROP TABLE gone;
', NULL, 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new table gone
lossy inferred 1:12 drops the table gone
table	gone
', 'inference 2
', NULL, NULL, '2026-01-01 12:27:00+00', '2026-01-01 12:27:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000001b', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (14, 1, '07', '07_finished', 'up', 'baselined', 'statements', '0a1cdffdceb85f456769b40c382c8fc20bfcc474d2913515bbadad84197f1b86', 2, 1, 1, 'INSERT INTO steps VALUES (7);
INSERT INTO nowhere VALUES (70);
', 'DELETE FROM steps WHERE id IN (7, 70);
', 'breaking', 'lossy', 'breaking inferred 2:1 adds rows to the table nowhere, which the previous version may not expect
lossy inferred 1:1 deletes rows of the table steps
', 'inference 2
', '6ea8409699109158107e1f68544e678683644c314df49bedbd0ae51e74e094d9', NULL, '2026-01-01 12:14:00+00', '2026-01-01 12:14:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', NULL, NULL, NULL, 'repair: 07_finished: all of the interrupted run is in the database; it counts as applied');
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (28, 1, '14', '14_stopped', 'up', 'failed', 'transaction', 'd28b11081e6c34eaf259dd378e799e076922f3920e6b1fa1ee2c605d10edb005', 1, 0, 0, 'INSERT INTO users SELECT 14, ''x'' FROM pg_sleep(300);
', 'DELETE FROM users WHERE id = 14;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '646d66b5edd4338fe8277216caa1bc313c4a2aeca4015f556cbf3f13c11ad684', NULL, '2026-01-01 12:28:00+00', '2026-01-01 12:28:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000001c', NULL, NULL, 'stopped, as it was asked to');
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (29, 1, '14', '14_stopped', 'up', 'done', 'transaction', '43b474b9dda8dabf46ceb456200db72eec9478e09b83b4075db91aca9edf8b45', 1, 1, 1, 'INSERT INTO users VALUES (14, ''n'');
', 'DELETE FROM users WHERE id = 14;
', 'breaking', 'lossy', 'breaking declared - its metadata.toml says so
lossy inferred 1:1 deletes rows of the table users
', 'inference 2
', '646d66b5edd4338fe8277216caa1bc313c4a2aeca4015f556cbf3f13c11ad684', '9f7ae075eed0b07f0c5e646f3d18484a95ff5b1950945200334efcb4c9b62c2b', '2026-01-01 12:29:00+00', '2026-01-01 12:29:01+00', 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000001d', NULL, NULL, NULL);
INSERT INTO public.__dbmig_history (id, format, version, name, direction, state, execution, checksum, statements_total, statements_started, statements_done, script, down_script, compatible, reversible, outlook, settings, down_checksum, signature, started_at, ended_at, app, host, database_user, session, sighted, error, note) OVERRIDING SYSTEM VALUE VALUES (30, 1, '15', '15_lost', 'up', 'running', 'statements', '65f82acc7048561a05cb52fae3bd6baffcccf34273ae47bb0b4152c798d22098', 3, 2, 1, 'INSERT INTO users VALUES (15, ''o'');
CREATE INDEX CONCURRENTLY users_nick ON users (nick);
INSERT INTO users VALUES (150, ''o'');
', 'DROP INDEX users_nick;
DELETE FROM users WHERE nick = ''o'';
', 'compatible', 'lossy', 'compatible inferred 1:1 only adds: new rows in users, new index users_nick
lossy inferred 2:1 deletes rows of the table users
', 'inference 2
', 'dd9887b4bc91805d8715fab9d0960466ee6cf810ed71ef07219dabb24ee76dd5', NULL, '2026-01-01 12:30:00+00', NULL, 'cargo-dbmig 0.1.0', 'host', 'dbmig', 'dbmig 0000001e', 'public.users_pkey', NULL, NULL);


--
-- Data for Name: __diesel_schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('01', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('02', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('03', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('04', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('05', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('06', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('07', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('08', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('09', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('10', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('11', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('12', '2026-01-01 12:00:00');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('14', '2026-01-01 12:00:00');


--
-- Data for Name: moves; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.moves (id) VALUES (2);
INSERT INTO public.moves (id) VALUES (5);
INSERT INTO public.moves (id) VALUES (50);
INSERT INTO public.moves (id) VALUES (6);
INSERT INTO public.moves (id) VALUES (60);
INSERT INTO public.moves (id) VALUES (7);
INSERT INTO public.moves (id) VALUES (70);
INSERT INTO public.moves (id) VALUES (8);
INSERT INTO public.moves (id) VALUES (80);
INSERT INTO public.moves (id) VALUES (800);


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.users (id, nick) VALUES (3, 'c');
INSERT INTO public.users (id, nick) VALUES (4, 'd');
INSERT INTO public.users (id, nick) VALUES (40, 'd');
INSERT INTO public.users (id, nick) VALUES (9, 'j');
INSERT INTO public.users (id, nick) VALUES (12, 'l');
INSERT INTO public.users (id, nick) VALUES (14, 'n');
INSERT INTO public.users (id, nick) VALUES (15, 'o');


--
-- Name: __dbmig_history_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.__dbmig_history_id_seq', 1, false);


--
-- Name: __dbmig_history __dbmig_history_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.__dbmig_history
    ADD CONSTRAINT __dbmig_history_pkey PRIMARY KEY (id);


--
-- Name: __diesel_schema_migrations __diesel_schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: moves steps_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.moves
    ADD CONSTRAINT steps_pkey PRIMARY KEY (id);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- PostgreSQL database dump complete
--


