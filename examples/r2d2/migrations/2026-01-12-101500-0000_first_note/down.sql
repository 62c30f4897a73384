DELETE FROM notes WHERE text = 'what is noted here stays';
