-- +goose Up
-- What the score of a team's weeks was when they were over, by the configuration of that
-- day. It never changes: another configuration, and what comes late, make another figure
-- beside it.
CREATE TABLE team_score (
    team_id   INTEGER NOT NULL REFERENCES team (id),
    until_day TEXT    NOT NULL, -- the Monday after these weeks
    config    TEXT    NOT NULL, -- fingerprint of all numbers of the configuration
    at        INTEGER NOT NULL,
    doc       TEXT    NOT NULL, -- JSON
    PRIMARY KEY (team_id, until_day, config)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE team_score;
