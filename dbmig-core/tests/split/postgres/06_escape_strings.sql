SELECT E'it\'s; one', e'\\'; SELECT E'a\'''b;';
SELECT E'escaped'
  -- a comment between the parts
  '\'; still the same string';
SELECT 'plain\'; SELECT 'next';
