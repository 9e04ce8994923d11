-- +goose Up

-- Published shifts that start within so many weeks stay when a plan is made again.
ALTER TABLE team ADD COLUMN frozen_weeks INTEGER NOT NULL DEFAULT 0;

ALTER TABLE draft ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN seed INTEGER NOT NULL DEFAULT 1;      -- breaks ties differently
ALTER TABLE draft ADD COLUMN seconds INTEGER NOT NULL DEFAULT 0;   -- how long to look; nothing: the service's own limit
ALTER TABLE draft ADD COLUMN thaw BOOLEAN NOT NULL DEFAULT FALSE;  -- frozen weeks may change too
ALTER TABLE draft ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;     -- how often somebody began to make it
ALTER TABLE draft ADD COLUMN beat_at INTEGER;                      -- when its maker was last alive

ALTER TABLE plan ADD COLUMN note TEXT NOT NULL DEFAULT ''; -- of whoever published it

-- From a day on a member has another share, pauses, or comes back. What holds
-- before the first of them stands in membership.
CREATE TABLE membership_change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    person_id  INTEGER NOT NULL REFERENCES person (id),
    from_day   TEXT    NOT NULL,
    share      INTEGER NOT NULL, -- full-time equivalent, thousandths
    on_call    BOOLEAN NOT NULL, -- false: pauses
    created_at INTEGER NOT NULL,
    created_by INTEGER REFERENCES person (id),
    UNIQUE (team_id, person_id, from_day)
);

-- A team that somebody is setting up, step by step; gone once it is there.
CREATE TABLE team_setup (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id   INTEGER NOT NULL REFERENCES person (id),
    state      TEXT    NOT NULL, -- JSON: what was typed
    updated_at INTEGER NOT NULL
);
CREATE INDEX team_setup_owner ON team_setup (owner_id);

-- +goose Down
DROP TABLE team_setup;
DROP TABLE membership_change;
ALTER TABLE plan DROP COLUMN note;
ALTER TABLE draft DROP COLUMN beat_at;
ALTER TABLE draft DROP COLUMN tries;
ALTER TABLE draft DROP COLUMN thaw;
ALTER TABLE draft DROP COLUMN seconds;
ALTER TABLE draft DROP COLUMN seed;
ALTER TABLE draft DROP COLUMN name;
ALTER TABLE team DROP COLUMN frozen_weeks;
