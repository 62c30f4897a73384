SELECT 1,
\restrict x
2;
