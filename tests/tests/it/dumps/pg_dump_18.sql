--
-- PostgreSQL database dump
--

\restrict AiSWPLfnOWfAEbLkHzd3iHPtyXLry22NjhvQb9lPQFdag8bgZYTqS6bRZY8wi4P

-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: billing; Type: SCHEMA; Schema: -; Owner: dbmig
--

CREATE SCHEMA billing;


ALTER SCHEMA billing OWNER TO dbmig;

--
-- Name: amount; Type: DOMAIN; Schema: billing; Owner: dbmig
--

CREATE DOMAIN billing.amount AS numeric(12,2) DEFAULT 0
	CONSTRAINT positive CHECK ((VALUE >= (0)::numeric));


ALTER DOMAIN billing.amount OWNER TO dbmig;

--
-- Name: state; Type: TYPE; Schema: billing; Owner: dbmig
--

CREATE TYPE billing.state AS ENUM (
    'open',
    'paid; closed',
    'it''s void'
);


ALTER TYPE billing.state OWNER TO dbmig;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: invoices; Type: TABLE; Schema: billing; Owner: dbmig
--

CREATE TABLE billing.invoices (
    id integer NOT NULL,
    customer_id bigint NOT NULL,
    total billing.amount,
    state billing.state DEFAULT 'open'::billing.state NOT NULL,
    placed date NOT NULL,
    CONSTRAINT invoices_total_check CHECK (((total)::numeric < (1000000)::numeric))
);


ALTER TABLE billing.invoices OWNER TO dbmig;

--
-- Name: open_of(bigint); Type: FUNCTION; Schema: billing; Owner: dbmig
--

CREATE FUNCTION billing.open_of(customer bigint) RETURNS bigint
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT count(*) AS count
    FROM billing.invoices
   WHERE ((invoices.customer_id = open_of.customer) AND
         CASE
             WHEN (invoices.state = 'open'::billing.state) THEN true
             ELSE false
         END);
END;


ALTER FUNCTION billing.open_of(customer bigint) OWNER TO dbmig;

--
-- Name: tidy(); Type: PROCEDURE; Schema: billing; Owner: dbmig
--

CREATE PROCEDURE billing.tidy()
    LANGUAGE sql
    AS $$DELETE FROM billing.events WHERE at < now() - interval '1 year'; SELECT 1;$$;


ALTER PROCEDURE billing.tidy() OWNER TO dbmig;

--
-- Name: touch(); Type: FUNCTION; Schema: billing; Owner: dbmig
--

CREATE FUNCTION billing.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- a quote: ' and a semicolon;
    NEW.placed := COALESCE(NEW.placed, now()::date);
    RETURN NEW;
END;
$$;


ALTER FUNCTION billing.touch() OWNER TO dbmig;

--
-- Name: product(double precision); Type: AGGREGATE; Schema: billing; Owner: dbmig
--

CREATE AGGREGATE billing.product(double precision) (
    SFUNC = float8mul,
    STYPE = double precision,
    INITCOND = '1'
);


ALTER AGGREGATE billing.product(double precision) OWNER TO dbmig;

--
-- Name: ===; Type: OPERATOR; Schema: billing; Owner: dbmig
--

CREATE OPERATOR billing.=== (
    FUNCTION = texteq,
    LEFTARG = text,
    RIGHTARG = text
);


ALTER OPERATOR billing.=== (text, text) OWNER TO dbmig;

--
-- Name: events; Type: TABLE; Schema: billing; Owner: dbmig
--

CREATE TABLE billing.events (
    at timestamp with time zone NOT NULL,
    what jsonb
)
PARTITION BY RANGE (at);


ALTER TABLE billing.events OWNER TO dbmig;

--
-- Name: events_2026; Type: TABLE; Schema: billing; Owner: dbmig
--

CREATE TABLE billing.events_2026 (
    at timestamp with time zone CONSTRAINT events_at_not_null NOT NULL,
    what jsonb
);


ALTER TABLE billing.events_2026 OWNER TO dbmig;

--
-- Name: invoices_id_seq; Type: SEQUENCE; Schema: billing; Owner: dbmig
--

CREATE SEQUENCE billing.invoices_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE billing.invoices_id_seq OWNER TO dbmig;

--
-- Name: invoices_id_seq; Type: SEQUENCE OWNED BY; Schema: billing; Owner: dbmig
--

ALTER SEQUENCE billing.invoices_id_seq OWNED BY billing.invoices.id;


--
-- Name: numbers; Type: SEQUENCE; Schema: billing; Owner: dbmig
--

CREATE SEQUENCE billing.numbers
    START WITH 100
    INCREMENT BY 5
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE billing.numbers OWNER TO dbmig;

--
-- Name: totals; Type: MATERIALIZED VIEW; Schema: billing; Owner: dbmig
--

CREATE MATERIALIZED VIEW billing.totals AS
 SELECT state,
    count(*) AS n
   FROM billing.invoices
  GROUP BY state
  WITH NO DATA;


ALTER MATERIALIZED VIEW billing.totals OWNER TO dbmig;

--
-- Name: customers; Type: TABLE; Schema: public; Owner: dbmig
--

CREATE TABLE public.customers (
    id bigint NOT NULL,
    name text DEFAULT 'nobody''s; \ -- really'::text NOT NULL,
    "Odd "";"" name" text COLLATE pg_catalog."C",
    upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
    tags text[] DEFAULT '{}'::text[] NOT NULL
);


ALTER TABLE public.customers OWNER TO dbmig;

--
-- Name: TABLE customers; Type: COMMENT; Schema: public; Owner: dbmig
--

COMMENT ON TABLE public.customers IS 'people; who''ve paid
on two lines \restrict is no command here';


--
-- Name: COLUMN customers.tags; Type: COMMENT; Schema: public; Owner: dbmig
--

COMMENT ON COLUMN public.customers.tags IS 'a back\slash';


--
-- Name: customers_id_seq; Type: SEQUENCE; Schema: public; Owner: dbmig
--

ALTER TABLE public.customers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: debts; Type: VIEW; Schema: public; Owner: dbmig
--

CREATE VIEW public.debts AS
 SELECT c.name,
    sum((i.total)::numeric) AS total
   FROM (public.customers c
     JOIN billing.invoices i ON ((i.customer_id = c.id)))
  WHERE (i.state <> 'paid; closed'::billing.state)
  GROUP BY c.name;


ALTER VIEW public.debts OWNER TO dbmig;

--
-- Name: events_2026; Type: TABLE ATTACH; Schema: billing; Owner: dbmig
--

ALTER TABLE ONLY billing.events ATTACH PARTITION billing.events_2026 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');


--
-- Name: invoices id; Type: DEFAULT; Schema: billing; Owner: dbmig
--

ALTER TABLE ONLY billing.invoices ALTER COLUMN id SET DEFAULT nextval('billing.invoices_id_seq'::regclass);


--
-- Name: invoices invoices_pkey; Type: CONSTRAINT; Schema: billing; Owner: dbmig
--

ALTER TABLE ONLY billing.invoices
    ADD CONSTRAINT invoices_pkey PRIMARY KEY (id);


--
-- Name: customers customers_name_key; Type: CONSTRAINT; Schema: public; Owner: dbmig
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_name_key UNIQUE (name);


--
-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: public; Owner: dbmig
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);


--
-- Name: invoices_open; Type: INDEX; Schema: billing; Owner: dbmig
--

CREATE INDEX invoices_open ON billing.invoices USING btree (placed DESC) WHERE (state = 'open'::billing.state);


--
-- Name: placed_state; Type: STATISTICS; Schema: billing; Owner: dbmig
--

CREATE STATISTICS billing.placed_state ON state, placed FROM billing.invoices;


ALTER STATISTICS billing.placed_state OWNER TO dbmig;

--
-- Name: customers no_delete; Type: RULE; Schema: public; Owner: dbmig
--

CREATE RULE no_delete AS
    ON DELETE TO public.customers DO INSTEAD ( SELECT 1 AS "?column?";
 SELECT 2 AS "?column?";
);


--
-- Name: invoices touched; Type: TRIGGER; Schema: billing; Owner: dbmig
--

CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON billing.invoices FOR EACH ROW EXECUTE FUNCTION billing.touch();


--
-- Name: invoices invoices_customer_id_fkey; Type: FK CONSTRAINT; Schema: billing; Owner: dbmig
--

ALTER TABLE ONLY billing.invoices
    ADD CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE DEFERRABLE;


--
-- Name: customers; Type: ROW SECURITY; Schema: public; Owner: dbmig
--

ALTER TABLE public.customers ENABLE ROW LEVEL SECURITY;

--
-- Name: customers everyone; Type: POLICY; Schema: public; Owner: dbmig
--

CREATE POLICY everyone ON public.customers USING ((name <> ';'::text));


--
-- Name: TABLE debts; Type: ACL; Schema: public; Owner: dbmig
--

GRANT SELECT ON TABLE public.debts TO PUBLIC;


--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: billing; Owner: dbmig
--

ALTER DEFAULT PRIVILEGES FOR ROLE dbmig IN SCHEMA billing GRANT SELECT ON TABLES TO PUBLIC;


--
-- PostgreSQL database dump complete
--

\unrestrict AiSWPLfnOWfAEbLkHzd3iHPtyXLry22NjhvQb9lPQFdag8bgZYTqS6bRZY8wi4P

