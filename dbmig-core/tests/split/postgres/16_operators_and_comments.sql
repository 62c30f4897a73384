SELECT 1 +-- one
2; SELECT 3*/* four; */4; SELECT a->>'b;', c #> '{d;}', e @> f, 5 - -1;
SELECT x::text, y[1:2], f(z := .5, v => 1.);
