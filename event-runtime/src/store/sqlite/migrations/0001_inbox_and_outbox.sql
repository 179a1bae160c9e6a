CREATE TABLE event_inbox (
    handler    TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    -- Milliseconds since 1970.
    claimed_at INTEGER NOT NULL,
    PRIMARY KEY (handler, key)
) WITHOUT ROWID;

CREATE INDEX event_inbox_age ON event_inbox (handler, claimed_at);

CREATE TABLE event_outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    service     TEXT    NOT NULL,
    part        INTEGER NOT NULL,
    key         TEXT,
    event_id    TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    exchange    TEXT    NOT NULL,
    routing_key TEXT    NOT NULL,
    keep        INTEGER NOT NULL,
    headers     TEXT    NOT NULL,
    body        BLOB    NOT NULL,
    trace       TEXT,
    created_at  INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    reason      TEXT,
    retry_at    INTEGER
);

CREATE INDEX event_outbox_refused ON event_outbox (service, key, id) WHERE retry_at IS NOT NULL;

CREATE TABLE event_lease (
    service TEXT    PRIMARY KEY,
    holder  TEXT    NOT NULL,
    until   INTEGER NOT NULL
) WITHOUT ROWID;
