SELECT ?1, :a, @b, $c, a->>'$.b;', d || ';', .5<>2., - -1 FROM t;
SELECT a==b FROM t;--end
