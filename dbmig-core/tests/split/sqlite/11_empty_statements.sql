;;
; /* nothing */ ;
SELECT 1;;;
