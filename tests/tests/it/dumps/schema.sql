CREATE SCHEMA billing;
CREATE TYPE billing.state AS ENUM ('open', 'paid; closed', 'it''s void');
CREATE DOMAIN billing.amount AS numeric(12,2) DEFAULT 0 CONSTRAINT positive CHECK (VALUE >= 0);
CREATE TABLE public.customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL DEFAULT 'nobody''s; \ -- really',
    "Odd "";"" name" text COLLATE "C",
    upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    UNIQUE (name)
);
COMMENT ON TABLE public.customers IS 'people; who''ve paid
on two lines \restrict is no command here';
COMMENT ON COLUMN public.customers.tags IS E'a back\\slash';
CREATE TABLE billing.invoices (
    id serial PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES public.customers (id) ON DELETE CASCADE DEFERRABLE,
    total billing.amount,
    state billing.state DEFAULT 'open' NOT NULL,
    placed date NOT NULL,
    CHECK (total < 1000000)
);
CREATE INDEX invoices_open ON billing.invoices (placed DESC) WHERE state = 'open';
CREATE TABLE billing.events (at timestamptz NOT NULL, what jsonb) PARTITION BY RANGE (at);
CREATE TABLE billing.events_2026 PARTITION OF billing.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION billing.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a quote: ' and a semicolon;
    NEW.placed := COALESCE(NEW.placed, now()::date);
    RETURN NEW;
END;
$$;
CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON billing.invoices FOR EACH ROW EXECUTE FUNCTION billing.touch();
CREATE FUNCTION billing.open_of(customer bigint) RETURNS bigint LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT count(*) FROM billing.invoices WHERE invoices.customer_id = open_of.customer AND CASE WHEN invoices.state = 'open' THEN true ELSE false END;
END;
CREATE PROCEDURE billing.tidy() LANGUAGE sql AS 'DELETE FROM billing.events WHERE at < now() - interval ''1 year''; SELECT 1;';
CREATE VIEW public.debts AS SELECT c.name, sum(i.total) AS total FROM public.customers c JOIN billing.invoices i ON i.customer_id = c.id WHERE i.state <> 'paid; closed' GROUP BY c.name;
CREATE MATERIALIZED VIEW billing.totals AS SELECT state, count(*) AS n FROM billing.invoices GROUP BY state;
CREATE RULE no_delete AS ON DELETE TO public.customers DO INSTEAD (SELECT 1; SELECT 2);
ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON public.customers USING (name <> ';');
CREATE SEQUENCE billing.numbers START 100 INCREMENT 5;
CREATE STATISTICS billing.placed_state ON placed, state FROM billing.invoices;
CREATE AGGREGATE billing.product(double precision) (SFUNC = float8mul, STYPE = double precision, INITCOND = '1');
CREATE OPERATOR billing.=== (LEFTARG = text, RIGHTARG = text, PROCEDURE = texteq);
GRANT SELECT ON public.debts TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA billing GRANT SELECT ON TABLES TO PUBLIC;
