-- +goose Up

-- What somebody said of a page that came to them. It names the page by its beginning,
-- which stays when pages are folded anew, and so outlives the row of the page.
CREATE TABLE check_in (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    page_key       TEXT    NOT NULL,
    opened_by      TEXT    NOT NULL,
    team_id        INTEGER NOT NULL REFERENCES team (id),
    at             INTEGER NOT NULL, -- microseconds, as all that follow: when the page fired
    person_id      INTEGER NOT NULL REFERENCES person (id),
    on_it_at       INTEGER,                    -- "I am on it"
    actionable     INTEGER NOT NULL DEFAULT 0, -- 0 not said, 1 there was something to do, 2 there was not
    woke           INTEGER NOT NULL DEFAULT 0, -- 0 not said, 1 it woke them, 2 it did not
    note           TEXT    NOT NULL DEFAULT '', -- for the team
    said_at        INTEGER NOT NULL            -- the last time that something was said
);
CREATE UNIQUE INDEX check_in_page ON check_in (integration_id, page_key, opened_by, person_id);
CREATE INDEX check_in_team ON check_in (team_id, at);
CREATE INDEX check_in_person ON check_in (person_id, at);

-- A link by which one person says that of one page without logging in.
CREATE TABLE check_in_link (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration (id),
    page_key       TEXT    NOT NULL,
    opened_by      TEXT    NOT NULL,
    person_id      INTEGER NOT NULL REFERENCES person (id),
    hash           TEXT    NOT NULL UNIQUE,
    created_at     INTEGER NOT NULL -- microseconds
);
CREATE UNIQUE INDEX check_in_link_page ON check_in_link (integration_id, page_key, opened_by, person_id);

-- +goose Down
DROP TABLE check_in_link;
DROP TABLE check_in;
