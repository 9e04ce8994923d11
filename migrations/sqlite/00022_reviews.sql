-- +goose Up

-- What a team talks about when a week is over, as it was made then. It never changes.
CREATE TABLE review (
    team_id INTEGER NOT NULL REFERENCES team (id),
    week    TEXT    NOT NULL, -- its Monday
    zone    TEXT    NOT NULL, -- the team's when it was made
    config  TEXT    NOT NULL, -- the version by which it was measured
    made_at INTEGER NOT NULL,
    doc     TEXT    NOT NULL, -- JSON
    PRIMARY KEY (team_id, week)
);

-- What was agreed about it. A version is kept when another is written.
CREATE TABLE review_note (
    team_id INTEGER NOT NULL REFERENCES team (id),
    week    TEXT    NOT NULL,
    version INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    by_id   INTEGER REFERENCES person (id),
    PRIMARY KEY (team_id, week, version)
);

-- +goose Down
DROP TABLE review_note;
DROP TABLE review;
