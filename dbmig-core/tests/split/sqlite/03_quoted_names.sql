CREATE TABLE "semi;colon" (a, [b;c], `d;``e`, "f;""g");
SELECT [b;c] FROM "semi;colon" WHERE [b;c] = 'x]y;';
