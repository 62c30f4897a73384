CREATE TABLE subscribers (
    email TEXT PRIMARY KEY,
    subscribed_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
