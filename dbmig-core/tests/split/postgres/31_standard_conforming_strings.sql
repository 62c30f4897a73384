INSERT INTO t VALUES ('C:\');
SET standard_conforming_strings = off;
INSERT INTO t VALUES ('it\'s; x');
SET standard_conforming_strings TO on;
INSERT INTO t VALUES ('D:\');
