/*!40101 SET NAMES utf8mb4 */;
/*M!100100 SET @a = 1 */;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t1 BEFORE INSERT ON a FOR EACH ROW BEGIN
  SET NEW.x = '*/;'; /* inner; */
  SET NEW.y = 2;
END */;
CREATE TABLE b (x INT) /*!50100 PARTITION BY HASH (x); */ -- odd
;
SELECT /*+ MAX_EXECUTION_TIME(10); it's */ 1;
