CREATE TABLE t (a text);
COPY t (a) FROM stdin;
it's; not a string
$$ "open
\.

-- The rows end there.
CREATE TABLE u (a text);
copy public."stdin" FROM '/tmp/x';
COPY t FROM PROGRAM 'cat stdin';
COPY (SELECT * FROM stdin) TO '/tmp/x';
COPY t (a) FROM STDIN WITH (FORMAT csv);
