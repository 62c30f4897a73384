CREATE FUNCTION f() RETURNS SETOF record
begin /* here */ atomic
  SELECT t.end, t.case, 1 AS end, 2 AS case FROM t;
  SELECT "end" FROM t;
END;
SELECT 1 AS begin, atomic FROM t;
SELECT 2;
