;;
; /* nothing */ ;
SELECT 1;;;
-- nothing
;
