SET sql_mode = @somebody;
INSERT INTO t VALUES ("it's; fine");
INSERT INTO t VALUES ('C:\');
