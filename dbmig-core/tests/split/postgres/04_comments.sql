-- a first comment; with a semicolon
/* a block; comment */
SELECT 1; -- behind; it
SELECT /* in; between */ 2 -- at; the end
;
/* outer /* inner; */ still; outer */ SELECT 3;
SELECT 4 /* last; */
