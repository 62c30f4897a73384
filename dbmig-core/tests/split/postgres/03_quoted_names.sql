CREATE TABLE "semi;colon" ("a ""quoted;"" name" int, "--" int);
SELECT U&"d\0061t\+000061;" FROM "semi;colon";
