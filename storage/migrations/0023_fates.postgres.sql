-- What happened to cases lately is found by an index, however many were closed before.
CREATE INDEX customer_case_closed ON customer_case (closed_at, recovery_id);
CREATE INDEX customer_case_contacted ON customer_case (contacted_at);
CREATE INDEX customer_case_promised ON customer_case (respond_by);
