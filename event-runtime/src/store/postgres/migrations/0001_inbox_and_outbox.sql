CREATE TABLE event_inbox (
    handler    text        NOT NULL,
    key        text        NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (handler, key)
);

-- Rows come in the order of their time: a few bytes per block tell which blocks have old ones.
CREATE INDEX event_inbox_age ON event_inbox USING brin (claimed_at) WITH (pages_per_range = 32);

CREATE TABLE event_outbox (
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    service     text        NOT NULL,
    part        smallint    NOT NULL,
    key         text,
    event_id    text        NOT NULL,
    type        text        NOT NULL,
    exchange    text        NOT NULL,
    routing_key text        NOT NULL,
    keep        boolean     NOT NULL,
    headers     text        NOT NULL,
    body        bytea       NOT NULL,
    trace       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    attempts    integer     NOT NULL DEFAULT 0,
    reason      text,
    retry_at    timestamptz,
    PRIMARY KEY (service, id)
);

CREATE INDEX event_outbox_refused ON event_outbox (service, key, id) WHERE retry_at IS NOT NULL;

-- A queue: rows come and go, so the dead ones must not pile up.
ALTER TABLE event_outbox SET (
    autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

-- Which advisory lock a service's relay takes, together with the part.
CREATE FUNCTION event_relay(service text) RETURNS integer
    LANGUAGE sql STABLE
    AS $$ SELECT hashtext(current_schema() || '/event_outbox/' || service) $$;
