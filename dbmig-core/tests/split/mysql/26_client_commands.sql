SELECT \N;
\. other.sql
