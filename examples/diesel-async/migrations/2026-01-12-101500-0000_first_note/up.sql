INSERT INTO notes (text) VALUES ('what is noted here stays');
