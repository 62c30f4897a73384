CREATE TABLE `semi;colon` (`a``b;` INT, `--` INT, `back\` INT);
SELECT `back\` FROM `semi;colon`;
