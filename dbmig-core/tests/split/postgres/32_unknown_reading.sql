SELECT set_config('standard_conforming_strings', v, false) FROM t;
INSERT INTO t VALUES ('a;b');
INSERT INTO t VALUES ('it\'s; x');
