-- +goose Up
CREATE TABLE person (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT    NOT NULL,
    email          TEXT    UNIQUE,               -- lower case; none for people who never log in
    zone           TEXT    NOT NULL,             -- IANA name
    works          TEXT    NOT NULL DEFAULT '',  -- as in a team file; empty is the default
    sleeps         TEXT    NOT NULL DEFAULT '',
    holidays       TEXT    NOT NULL DEFAULT '',  -- codes, comma separated; empty is the team's
    created_at     INTEGER NOT NULL,
    deactivated_at INTEGER
);

CREATE TABLE team (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    zone          TEXT    NOT NULL,
    horizon_weeks INTEGER NOT NULL,            -- the published plan shall reach at least so far
    version       INTEGER NOT NULL DEFAULT 0,  -- raised by every change of who is on call
    created_at    INTEGER NOT NULL
);

-- What holds for a team from a day on: rotations, limits, points and holidays, as a
-- team file without people.
CREATE TABLE team_rules (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    from_day   TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER REFERENCES person (id),
    UNIQUE (team_id, from_day)
);

CREATE TABLE membership (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id   INTEGER NOT NULL REFERENCES team (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    manager   BOOLEAN NOT NULL DEFAULT FALSE,
    on_call   BOOLEAN NOT NULL DEFAULT TRUE,
    share     INTEGER NOT NULL,            -- full-time equivalent, thousandths
    from_day  TEXT    NOT NULL DEFAULT '', -- empty: always
    until_day TEXT    NOT NULL DEFAULT '', -- last day; empty: for ever
    takes     TEXT    NOT NULL DEFAULT '', -- rotations, comma separated; empty: all
    skills    TEXT    NOT NULL DEFAULT '',
    limits    TEXT    NOT NULL DEFAULT '', -- as in a team file
    UNIQUE (team_id, person_id)
);
CREATE INDEX membership_person ON membership (person_id);

-- When somebody is away, or would rather not be on call: whole days in their zone,
-- or from one instant until another.
CREATE TABLE absence (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id  INTEGER NOT NULL REFERENCES person (id),
    first_day  TEXT    NOT NULL DEFAULT '',
    last_day   TEXT    NOT NULL DEFAULT '',
    start_at   INTEGER,
    end_at     INTEGER,
    wish_cost  INTEGER NOT NULL DEFAULT 0, -- nothing: away; else a wish of that cost
    note       TEXT    NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
);
CREATE INDEX absence_person ON absence (person_id);

CREATE TABLE draft (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id     INTEGER NOT NULL REFERENCES team (id),
    state       TEXT    NOT NULL,  -- queued, running, ready, failed, published, discarded
    from_day    TEXT    NOT NULL,
    until_day   TEXT    NOT NULL,  -- not included
    pins        TEXT    NOT NULL DEFAULT '{}', -- JSON: slot to name
    progress    INTEGER NOT NULL DEFAULT 0,    -- percent
    message     TEXT    NOT NULL DEFAULT '',   -- why it failed
    plan        TEXT    NOT NULL DEFAULT '',   -- JSON: watchbill-plan/1
    based_on    INTEGER NOT NULL,              -- the team's version it was made from
    created_by  INTEGER REFERENCES person (id),
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
);
CREATE INDEX draft_team ON draft (team_id, id);

CREATE TABLE plan (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id      INTEGER NOT NULL REFERENCES team (id),
    number       INTEGER NOT NULL, -- 1, 2, 3 … in the team
    draft_id     INTEGER REFERENCES draft (id),
    document     TEXT    NOT NULL, -- JSON: watchbill-plan/1
    from_day     TEXT    NOT NULL,
    until_day    TEXT    NOT NULL,
    published_at INTEGER NOT NULL,
    published_by INTEGER REFERENCES person (id),
    UNIQUE (team_id, number)
);

-- Published shifts. A row is never changed but to say until when it was what is
-- published; what replaces it is a row of its own.
CREATE TABLE shift (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id   INTEGER NOT NULL REFERENCES team (id),
    plan_id   INTEGER NOT NULL REFERENCES plan (id),
    slot      TEXT    NOT NULL, -- like "primary 2026-12-21"
    rotation  TEXT    NOT NULL,
    person_id INTEGER REFERENCES person (id), -- nobody: unfilled
    start_at  INTEGER NOT NULL,
    end_at    INTEGER NOT NULL,
    points    INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER
);
CREATE UNIQUE INDEX shift_current ON shift (team_id, slot) WHERE until IS NULL;
CREATE INDEX shift_team ON shift (team_id, start_at);
CREATE INDEX shift_person ON shift (person_id, start_at);

-- Somebody else, or nobody, in part of a rotation. The later one wins.
CREATE TABLE override (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id      INTEGER NOT NULL REFERENCES team (id),
    rotation     TEXT    NOT NULL,
    slot         TEXT    NOT NULL,
    person_id    INTEGER REFERENCES person (id), -- nobody: visibly unfilled
    instead_of   INTEGER REFERENCES person (id), -- who had it
    start_at     INTEGER NOT NULL,
    end_at       INTEGER NOT NULL,
    kind         TEXT    NOT NULL, -- override, cover, swap
    reason       TEXT    NOT NULL DEFAULT '',
    created_by   INTEGER REFERENCES person (id),
    created_at   INTEGER NOT NULL,
    cancelled_by INTEGER REFERENCES person (id),
    cancelled_at INTEGER
);
CREATE INDEX override_team ON override (team_id, start_at);

-- Somebody asks for cover of a stretch of a shift or, with a shift in return, for a
-- swap.
CREATE TABLE request (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id         INTEGER NOT NULL REFERENCES team (id),
    slot            TEXT    NOT NULL,
    rotation        TEXT    NOT NULL,
    person_id       INTEGER NOT NULL REFERENCES person (id), -- whose shift it is
    start_at        INTEGER NOT NULL,
    end_at          INTEGER NOT NULL,
    to_person_id    INTEGER REFERENCES person (id),          -- nobody: everybody
    return_slot     TEXT    NOT NULL DEFAULT '',
    return_rotation TEXT    NOT NULL DEFAULT '',
    return_start_at INTEGER,
    return_end_at   INTEGER,
    message         TEXT    NOT NULL DEFAULT '',
    state           TEXT    NOT NULL, -- open, accepted, declined, withdrawn, expired, void
    expires_at      INTEGER NOT NULL,
    created_by      INTEGER NOT NULL REFERENCES person (id),
    created_at      INTEGER NOT NULL,
    answered_by     INTEGER REFERENCES person (id),
    answered_at     INTEGER,
    override_id     INTEGER REFERENCES override (id),
    return_override_id INTEGER REFERENCES override (id)
);
CREATE INDEX request_team ON request (team_id, state);

CREATE TABLE feed (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL, -- person, team, rotation, absences
    owner_id   INTEGER NOT NULL REFERENCES person (id), -- the feed dies with them
    team_id    INTEGER REFERENCES team (id),
    rotation   TEXT    NOT NULL DEFAULT '',
    label      TEXT    NOT NULL DEFAULT '',
    busy       BOOLEAN NOT NULL DEFAULT FALSE,
    tombstones BOOLEAN NOT NULL DEFAULT TRUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    fetched_at INTEGER,
    fetched_by TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX feed_owner ON feed (owner_id);

CREATE TABLE audit (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    by_id    INTEGER REFERENCES person (id), -- nobody: the program itself
    action   TEXT    NOT NULL,
    about_id INTEGER REFERENCES person (id),
    team_id  INTEGER REFERENCES team (id),
    detail   TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX audit_about ON audit (about_id, id);
CREATE INDEX audit_team ON audit (team_id, id);

-- +goose Down
DROP TABLE audit;
DROP TABLE feed;
DROP TABLE request;
DROP TABLE override;
DROP TABLE shift;
DROP TABLE plan;
DROP TABLE draft;
DROP TABLE absence;
DROP TABLE membership;
DROP TABLE team_rules;
DROP TABLE team;
DROP TABLE person;
