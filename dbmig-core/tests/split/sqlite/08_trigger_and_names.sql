CREATE TRIGGER t1 AFTER UPDATE OF "begin" ON a WHEN NEW.begin < NEW."end"
BEGIN SELECT NEW.begin; /* ; */ END -- done
;
CREATE TABLE trigger_log (begin, "end");
SELECT 1;
