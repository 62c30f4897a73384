SELECT B'1010', X'1F;', N'n;', U&'\0041;' UESCAPE '!';
SELECT u&'it\\'; SELECT b'', x'';
