-- +goose Up

-- A door through which a team's pager sends what happens.
CREATE TABLE integration (
    id            INTEGER PRIMARY KEY,
    team_id       INTEGER NOT NULL REFERENCES team (id),
    vendor        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    token_hash    TEXT    NOT NULL UNIQUE,
    secret        TEXT    NOT NULL DEFAULT '', -- the sender signs with it; it has to be known to check that
    secret_before TEXT    NOT NULL DEFAULT '', -- goes on to count while the sender changes over
    zone          TEXT    NOT NULL,            -- of times without one
    rotation      TEXT    NOT NULL DEFAULT '', -- whose duty its pages are; empty: who is on call first
    urgencies     TEXT    NOT NULL DEFAULT '{}', -- JSON: the sender's word to high or low
    created_at    INTEGER NOT NULL,
    created_by    INTEGER REFERENCES person (id),
    renewed_at    INTEGER,                     -- when it got its present link
    off_at        INTEGER,                     -- none: it is on
    seen_at       INTEGER                      -- when something authentic came last
);
CREATE INDEX integration_team ON integration (team_id);

-- What came in, as it came. Times are microseconds.
CREATE TABLE inbox (
    id             INTEGER PRIMARY KEY AUTOINCREMENT, -- of a removed row it is never given again
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    received_at    INTEGER NOT NULL,
    delivery_key   TEXT    NOT NULL, -- the same when it is sent again
    headers        TEXT    NOT NULL, -- JSON: those that are needed to read it
    body           BLOB,             -- none: it was kept long enough
    state          TEXT    NOT NULL DEFAULT 'new', -- new, done, dead, discarded
    attempts       INTEGER NOT NULL DEFAULT 0,
    next_at        INTEGER NOT NULL, -- when it is tried
    done_at        INTEGER,
    error_code     TEXT    NOT NULL DEFAULT '',
    error          TEXT    NOT NULL DEFAULT '',
    note           TEXT    NOT NULL DEFAULT ''  -- why it was discarded
);
CREATE UNIQUE INDEX inbox_delivery ON inbox (integration_id, delivery_key);
CREATE INDEX inbox_latest ON inbox (integration_id, id);
CREATE INDEX inbox_due ON inbox (next_at, id) WHERE state = 'new';
CREATE INDEX inbox_dead ON inbox (integration_id, error_code, id) WHERE state = 'dead';

-- What leaves no row in the inbox, by day: sent again, refused, too large, too many.
CREATE TABLE delivery_count (
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    day            TEXT    NOT NULL, -- of UTC
    kind           TEXT    NOT NULL,
    n              INTEGER NOT NULL,
    PRIMARY KEY (integration_id, day, kind)
);

-- +goose Down
DROP TABLE delivery_count;
DROP TABLE inbox;
DROP TABLE integration;
