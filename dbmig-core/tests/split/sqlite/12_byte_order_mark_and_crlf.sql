SELECT 1;
-- über
SELECT 'ä
b';
  ﻿SELECT 3
