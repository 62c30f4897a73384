CREATE TABLE t (a);
.mode csv
.import x t
