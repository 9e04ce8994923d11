-- +goose Up

-- Somebody as a pager knows them. Who of our people that is, somebody has said.
CREATE TABLE identity (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    match_key      TEXT    NOT NULL, -- the vendor's id, else the address, else the name
    vendor_user_id TEXT    NOT NULL DEFAULT '',
    email          TEXT    NOT NULL DEFAULT '', -- lower case
    name           TEXT    NOT NULL DEFAULT '',
    person_id      INTEGER REFERENCES person (id), -- none: nobody has said it yet, or it is nobody of ours
    mapped_at      INTEGER,
    mapped_by      INTEGER REFERENCES person (id),
    created_at     INTEGER NOT NULL
);
CREATE UNIQUE INDEX identity_match ON identity (integration_id, match_key);
CREATE INDEX identity_email ON identity (integration_id, email);
CREATE INDEX identity_person ON identity (person_id);

-- What happened, as deliveries tell it; pages are folded from it. Times are
-- microseconds.
CREATE TABLE page_event (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    event_key      TEXT    NOT NULL,
    page_key       TEXT    NOT NULL, -- empty: it is about no page
    kind           TEXT    NOT NULL,
    occurred_at    INTEGER NOT NULL,
    received_at    INTEGER NOT NULL,
    inbox_id       INTEGER NOT NULL DEFAULT 0, -- of a delivery that may be gone
    event          TEXT    NOT NULL -- JSON
);
CREATE UNIQUE INDEX page_event_name ON page_event (integration_id, event_key);
CREATE INDEX page_event_page ON page_event (integration_id, page_key);
CREATE INDEX page_event_inbox ON page_event (inbox_id);

CREATE TABLE page (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    team_id        INTEGER NOT NULL REFERENCES team (id),
    page_key       TEXT    NOT NULL,
    number         INTEGER NOT NULL, -- among those of its key, by time
    opened_by      TEXT    NOT NULL, -- the event that began it
    state          TEXT    NOT NULL,
    urgency        TEXT    NOT NULL,
    service        TEXT    NOT NULL,
    triggered_at   INTEGER NOT NULL, -- microseconds, as all that follow
    first_ack_at   INTEGER,
    resolved_at    INTEGER,
    last_event_at  INTEGER NOT NULL,
    counts         BOOLEAN NOT NULL,
    uncovered      BOOLEAN NOT NULL, -- the schedule had nobody who would have been paged
    folded         TEXT    NOT NULL  -- JSON: all of it
);
CREATE INDEX page_named ON page (integration_id, page_key);
CREATE INDEX page_team ON page (team_id, triggered_at, counts);

CREATE TABLE page_responder (
    id            INTEGER PRIMARY KEY,
    page_id       INTEGER NOT NULL REFERENCES page (id),
    team_id       INTEGER NOT NULL REFERENCES team (id),
    identity_id   INTEGER REFERENCES identity (id), -- none: the schedule says who
    person_id     INTEGER REFERENCES person (id),   -- none: nobody knows who that is
    notified_at   INTEGER,                          -- microseconds, as all that follow
    basis         TEXT    NOT NULL DEFAULT '',      -- how that is known: vendor, assignment, schedule, manual
    channel       TEXT    NOT NULL DEFAULT '',
    acked_at      INTEGER,
    released_at   INTEGER,
    resolved_at   INTEGER,
    responding    INTEGER NOT NULL DEFAULT 0,
    interruptions INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX page_responder_page ON page_responder (page_id);
CREATE INDEX page_responder_identity ON page_responder (identity_id);
CREATE INDEX page_responder_team ON page_responder (team_id, notified_at, person_id, interruptions);
CREATE INDEX page_responder_person ON page_responder (person_id, notified_at);

-- +goose Down
DROP TABLE page_responder;
DROP TABLE page;
DROP TABLE page_event;
DROP TABLE identity;
