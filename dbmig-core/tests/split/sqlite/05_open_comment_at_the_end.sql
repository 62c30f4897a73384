SELECT 1;
SELECT 2; /* open; until the end
