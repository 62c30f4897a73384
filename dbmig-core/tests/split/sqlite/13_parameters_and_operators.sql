SELECT ?1, :a, @b, $c, a->>'$.b;', x || ';', 1<>2, - -1;
SELECT a==b;--end
