-- +goose Up

-- Who may log in, or use tokens. A person without an account is only planned.
CREATE TABLE account (
    person_id    INTEGER PRIMARY KEY REFERENCES person (id),
    kind         TEXT    NOT NULL DEFAULT 'person', -- or service: reads by token, never logs in
    password     TEXT    NOT NULL DEFAULT '',       -- argon2id with its parameters; empty: none is right
    subject      TEXT    UNIQUE,                    -- issuer and subject at the OpenID provider
    admin        BOOLEAN NOT NULL DEFAULT FALSE,
    epoch        INTEGER NOT NULL DEFAULT 0,        -- raised to end every session begun before
    created_at   INTEGER NOT NULL,
    logged_in_at INTEGER
);

-- The code that the console shows at the first start; at most one row.
CREATE TABLE setup (
    id         INTEGER PRIMARY KEY,
    code_hash  TEXT    NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE session (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT    NOT NULL UNIQUE,
    person_id  INTEGER NOT NULL REFERENCES person (id),
    epoch      INTEGER NOT NULL,
    address    TEXT    NOT NULL DEFAULT '',
    agent      TEXT    NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL, -- to the minute or so
    expires_at INTEGER NOT NULL
);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash TEXT    NOT NULL UNIQUE,
    person_id  INTEGER NOT NULL REFERENCES person (id),
    name       TEXT    NOT NULL,
    scope      TEXT    NOT NULL, -- read, write
    created_by INTEGER REFERENCES person (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    used_at    INTEGER
);
CREATE INDEX token_person ON token (person_id);

CREATE TABLE invitation (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash  TEXT    NOT NULL UNIQUE,
    email       TEXT    NOT NULL,
    team_id     INTEGER REFERENCES team (id),
    manager     BOOLEAN NOT NULL DEFAULT FALSE,
    created_by  INTEGER REFERENCES person (id),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    accepted_by INTEGER REFERENCES person (id),
    accepted_at INTEGER,
    revoked_at  INTEGER
);
CREATE INDEX invitation_team ON invitation (team_id);

-- Log-ins that went wrong, by a hash of the e-mail address and by network address.
CREATE TABLE attempt (
    name     TEXT    PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    until_at INTEGER NOT NULL -- no log-in before
);
CREATE INDEX attempt_last ON attempt (last_at);

-- +goose Down
DROP TABLE attempt;
DROP TABLE invitation;
DROP TABLE token;
DROP TABLE session;
DROP TABLE setup;
DROP TABLE account;
