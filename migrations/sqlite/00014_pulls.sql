-- +goose Up

-- What opens the vendor's API, so that the past can be fetched from it.
CREATE TABLE pull_key (
    integration_id INTEGER PRIMARY KEY REFERENCES integration (id),
    api_key        TEXT NOT NULL, -- it has to be known to be used
    region         TEXT NOT NULL  -- of the vendor's own list
);

-- A stretch of the past that is fetched from the vendor's API. A page of results and
-- how far it got are written in one transaction.
CREATE TABLE pull (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    from_at        INTEGER NOT NULL, -- of pages made in [from_at, until_at)
    until_at       INTEGER NOT NULL,
    nightly        BOOLEAN NOT NULL, -- it looks for gaps, and nobody asked for it
    asked_at       INTEGER NOT NULL,
    asked_by       INTEGER REFERENCES person (id),
    state          TEXT    NOT NULL, -- waits, done, failed, cancelled
    how_far        TEXT    NOT NULL DEFAULT '', -- JSON, of the vendor's reader
    requests       INTEGER NOT NULL DEFAULT 0,
    pages          INTEGER NOT NULL DEFAULT 0, -- that the vendor told of
    fresh          INTEGER NOT NULL DEFAULT 0, -- of which nothing had been told before
    rate           TEXT    NOT NULL DEFAULT '', -- what the vendor last said of its limits
    tries          INTEGER NOT NULL DEFAULT 0, -- that failed since the last that did not
    due_at         INTEGER NOT NULL, -- when it goes on
    claim          INTEGER NOT NULL DEFAULT 0, -- of whoever fetches it
    claimed_until  INTEGER,
    error          TEXT    NOT NULL DEFAULT '',
    done_at        INTEGER
);
CREATE INDEX pull_integration ON pull (integration_id, id);
CREATE INDEX pull_due ON pull (due_at, id) WHERE state = 'waits';

-- +goose Down
DROP TABLE pull;
DROP TABLE pull_key;
