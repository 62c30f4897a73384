-- a first comment; with a semicolon
# another; one
/* a block; comment */
SELECT 1; -- behind; it
SELECT /* in; between */ 2 # at; the end
;
/* not /* nested; */ SELECT 3;
SELECT 5--1; SELECT 6 --
; SELECT 7 --- it's; one sign and a comment
8;
--	tab; comment
SELECT 7
--