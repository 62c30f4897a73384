-- Dumped by pg_dump
\restrict aBc'"$$
SET client_encoding = 'UTF8';
  \unrestrict aBc'"$$
SELECT 1;
\unrestrict