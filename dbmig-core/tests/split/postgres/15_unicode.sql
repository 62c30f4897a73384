SELECT '日本;語', "größe;" FROM tüte; /* ü */ SELECT '😀;' AS 😀 ;
SELECT 'ok'
