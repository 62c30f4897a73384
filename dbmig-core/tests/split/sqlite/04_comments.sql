-- a first comment; with a semicolon
/* a block; comment */
SELECT 1; -- behind; it
SELECT /* in; between */ 2 -- at; the end
;
/* not /* nested; */ SELECT 3;
SELECT 4 /**/ /***/; SELECT 5 /*/ ; */
