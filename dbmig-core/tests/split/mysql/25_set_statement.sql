SET STATEMENT max_statement_time = 10 FOR CREATE PROCEDURE p()
BEGIN
    SELECT 1;
    SELECT 2;
END;
SET STATEMENT max_statement_time = (SELECT 1), lock_wait_timeout = 2 FOR INSERT INTO t VALUES (1);
SET @statement = 1;
SELECT 3;
