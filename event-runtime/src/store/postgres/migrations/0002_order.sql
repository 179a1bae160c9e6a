CREATE TABLE event_held (
    handler text        NOT NULL,
    key     text        NOT NULL,
    since   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (handler, key)
);

CREATE TABLE event_line (
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    handler     text        NOT NULL,
    key         text        NOT NULL,
    claim       text        NOT NULL,
    event_id    text        NOT NULL,
    type        text        NOT NULL,
    reason      text,
    exchange    text        NOT NULL,
    routing_key text        NOT NULL,
    headers     text        NOT NULL,
    body        bytea       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (handler, key, id)
);

CREATE INDEX event_line_claim ON event_line (handler, claim);

CREATE TABLE event_newest (
    handler    text        NOT NULL,
    key        text        NOT NULL,
    -- 20 digits.
    sequence   text        COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (handler, key)
);
