-- +goose Up

-- What people say of a team that no pager tells, by month or week. A correction is another
-- version of it; nothing is ever changed.
CREATE TABLE indicator (
    team_id  INTEGER NOT NULL REFERENCES team (id),
    name     TEXT    NOT NULL, -- toil_share, ticket_age …
    from_day TEXT    NOT NULL, -- on the team's calendar
    week     BOOLEAN NOT NULL, -- else a month
    version  INTEGER NOT NULL,
    value    REAL,             -- none: what was said was withdrawn
    whole    REAL    NOT NULL, -- that it is a part of; 0: of nothing
    source   TEXT    NOT NULL, -- hand, csv, api
    at       INTEGER NOT NULL,
    by_id    INTEGER REFERENCES person (id),
    PRIMARY KEY (team_id, name, from_day, week, version)
);

-- +goose Down
DROP TABLE indicator;
