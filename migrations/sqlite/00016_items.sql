-- +goose Up

-- What a team wants to do about its pages, or worries about.
CREATE TABLE item (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    kind       TEXT    NOT NULL, -- action, concern
    title      TEXT    NOT NULL,
    why        TEXT    NOT NULL, -- what it rests on
    link       TEXT    NOT NULL,
    service    TEXT    NOT NULL, -- that is to page less; '' is none
    alert      TEXT    NOT NULL, -- of the service; '' is all of it
    page_id    INTEGER,          -- that it came from; it may be gone, because pages are folded anew
    review     TEXT    NOT NULL, -- the week of the review that it came from
    owner_id   INTEGER REFERENCES person (id),
    due        TEXT    NOT NULL, -- a day on the team's calendar; '' is none
    value      INTEGER NOT NULL, -- 1 to 3; 0: nobody has said
    effort     INTEGER NOT NULL,
    blockers   TEXT    NOT NULL,
    risk       TEXT    NOT NULL,
    state      TEXT    NOT NULL, -- open, done, dropped
    reason     TEXT    NOT NULL, -- what came of it, or why it was dropped
    missed     TEXT    NOT NULL, -- the first day on which it was due and not done
    done_on    TEXT    NOT NULL, -- the day on the team's calendar on which it was closed
    done_at    INTEGER,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by INTEGER REFERENCES person (id)
);
CREATE INDEX item_team ON item (team_id, state, id);
CREATE INDEX item_owner ON item (owner_id, state);

-- What became of an item. It only grows.
CREATE TABLE item_change (
    item_id INTEGER NOT NULL REFERENCES item (id),
    version INTEGER NOT NULL, -- that the change made
    at      INTEGER NOT NULL,
    by_id   INTEGER REFERENCES person (id),
    fields  TEXT    NOT NULL, -- JSON: what was changed, from what and to what
    PRIMARY KEY (item_id, version)
);

-- +goose Down
DROP TABLE item_change;
DROP TABLE item;
