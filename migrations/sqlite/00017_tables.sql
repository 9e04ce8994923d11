-- +goose Up

-- A file of past incidents that somebody uploaded. What it told can be taken back.
CREATE TABLE past_table (
    id             INTEGER PRIMARY KEY AUTOINCREMENT, -- of a removed row it is never given again
    team_id        INTEGER NOT NULL REFERENCES team (id),
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    name           TEXT    NOT NULL, -- of the file
    size           INTEGER NOT NULL, -- bytes
    sum            TEXT    NOT NULL, -- SHA-256
    encoding       TEXT    NOT NULL,
    file           BLOB,             -- gzip; none: it was kept long enough
    mapping        TEXT    NOT NULL, -- JSON: what its columns mean
    state          TEXT    NOT NULL, -- waits, reading, done, undoing, undone, failed
    added_at       INTEGER NOT NULL,
    added_by       INTEGER REFERENCES person (id),
    committed_at   INTEGER,
    committed_by   INTEGER REFERENCES person (id),
    undone_at      INTEGER,
    undone_by      INTEGER REFERENCES person (id),
    n_rows         INTEGER NOT NULL DEFAULT 0,
    good           INTEGER NOT NULL DEFAULT 0,
    bad            INTEGER NOT NULL DEFAULT 0,
    doubled        INTEGER NOT NULL DEFAULT 0, -- about an incident that an earlier row has
    from_at        INTEGER,                    -- of its first page
    until_at       INTEGER,                    -- of its last
    told           INTEGER NOT NULL DEFAULT 0, -- pages that were taken over
    fresh          INTEGER NOT NULL DEFAULT 0, -- of which nothing had been told before
    how_far        INTEGER NOT NULL DEFAULT 0,
    tries          INTEGER NOT NULL DEFAULT 0, -- that failed since the last that did not
    due_at         INTEGER,                    -- when it goes on
    claim          INTEGER NOT NULL DEFAULT 0, -- of whoever deals with it
    claimed_until  INTEGER,
    error          TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX past_table_team ON past_table (team_id, id);
CREATE INDEX past_table_due ON past_table (due_at, id) WHERE state IN ('reading', 'undoing');

-- What a table tells of a page, so that it can be told from what others tell.
CREATE TABLE past_row (
    table_id       INTEGER NOT NULL REFERENCES past_table (id),
    page_key       TEXT    NOT NULL,
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    number         INTEGER NOT NULL, -- of the record; the heading is 1
    events         TEXT    NOT NULL, -- JSON
    reported       TEXT    NOT NULL DEFAULT '{}', -- JSON: numbers that are no events
    PRIMARY KEY (table_id, page_key)
);
CREATE INDEX past_row_page ON past_row (integration_id, page_key);

-- +goose Down
DROP TABLE past_row;
DROP TABLE past_table;
