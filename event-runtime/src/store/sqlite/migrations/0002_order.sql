CREATE TABLE event_held (
    handler TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    -- Milliseconds since 1970.
    since   INTEGER NOT NULL,
    PRIMARY KEY (handler, key)
) WITHOUT ROWID;

CREATE TABLE event_line (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    handler     TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    claim       TEXT    NOT NULL,
    event_id    TEXT    NOT NULL,
    type        TEXT    NOT NULL,
    reason      TEXT,
    exchange    TEXT    NOT NULL,
    routing_key TEXT    NOT NULL,
    headers     TEXT    NOT NULL,
    body        BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
);

CREATE INDEX event_line_key ON event_line (handler, key, id);
CREATE INDEX event_line_claim ON event_line (handler, claim);

CREATE TABLE event_newest (
    handler    TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    -- 20 digits.
    sequence   TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (handler, key)
) WITHOUT ROWID;
