-- +goose Up

-- An address of a program that is told what happens in a team, or in all of them.
CREATE TABLE webhook (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- of a removed row it is never given again
    team_id       INTEGER REFERENCES team (id), -- none: of all teams
    name          TEXT    NOT NULL,
    url           TEXT    NOT NULL,
    wants         TEXT    NOT NULL,            -- JSON: kinds of events, and from when on
    secret        TEXT    NOT NULL,            -- what is sent is signed with it; it has to be known for that
    secret_before TEXT    NOT NULL DEFAULT '', -- signs as well while the receiver changes over
    before_until  INTEGER,
    created_at    INTEGER NOT NULL,
    created_by    INTEGER REFERENCES person (id),
    off_at        INTEGER,                     -- none: it is told
    off_why       TEXT    NOT NULL DEFAULT '', -- it was turned off by itself
    faults        INTEGER NOT NULL DEFAULT 0,  -- since it has last taken something
    failing_since INTEGER,
    rests_until   INTEGER,                     -- nothing is sent before
    took_at       INTEGER,                     -- when it has last taken something
    claim         INTEGER NOT NULL DEFAULT 0,  -- of whoever sends to it
    claimed_until INTEGER
);
CREATE INDEX webhook_team ON webhook (team_id);

-- What endpoints are told, and what became of it.
CREATE TABLE webhook_delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhook (id),
    event      TEXT    NOT NULL, -- what has happened, the same on every replica
    kind       TEXT    NOT NULL,
    message    TEXT    NOT NULL, -- its name there, the same whenever it is sent
    body       TEXT    NOT NULL,
    made_at    INTEGER NOT NULL,
    state      TEXT    NOT NULL, -- waits, taken, givenup
    tries      INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL, -- when it is tried
    last_at    INTEGER,          -- when it was tried last
    done_at    INTEGER,
    status     INTEGER NOT NULL DEFAULT 0,  -- of the last answer
    answer     TEXT    NOT NULL DEFAULT '', -- its beginning
    problem    TEXT    NOT NULL DEFAULT ''  -- of the last try
);
CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (event, webhook_id);
CREATE INDEX webhook_delivery_latest ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_at, webhook_id) WHERE state = 'waits';
CREATE INDEX webhook_delivery_made ON webhook_delivery (made_at);

-- What was published lately is looked for by when.
CREATE INDEX plan_published ON plan (published_at);

-- +goose Down
DROP INDEX plan_published;
DROP TABLE webhook_delivery;
DROP TABLE webhook;
