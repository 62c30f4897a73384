copy public."stdin" FROM '/tmp/x';
COPY t FROM PROGRAM 'cat stdin';
COPY (SELECT a FROM stdin) TO '/tmp/x';
COPY stdin FROM '/tmp/stdin';
INSERT INTO copy SELECT 'FROM STDIN';
