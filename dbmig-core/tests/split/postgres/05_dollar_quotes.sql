CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1; -- it's one
END;
$$;
DO $body$ BEGIN EXECUTE $$SELECT ';'$$; END $body$;
SELECT $ä$;$ä$, $1 + $2, a$b$c, $a$ $A$; $a$;
SELECT 1 AS a$$, 2 AS b$$;
