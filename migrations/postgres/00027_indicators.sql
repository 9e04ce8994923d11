-- +goose Up

-- What people say of a team that no pager tells, by month or week. A correction is another
-- version of it; nothing is ever changed.
CREATE TABLE indicator (
    team_id  BIGINT NOT NULL REFERENCES team (id),
    name     TEXT    NOT NULL, -- toil_share, ticket_age …
    from_day TEXT    NOT NULL, -- on the team's calendar
    week     BOOLEAN NOT NULL, -- else a month
    version  BIGINT NOT NULL,
    value    DOUBLE PRECISION,             -- none: what was said was withdrawn
    whole    DOUBLE PRECISION NOT NULL, -- that it is a part of; 0: of nothing
    source   TEXT    NOT NULL, -- hand, csv, api
    at       BIGINT NOT NULL,
    by_id    BIGINT REFERENCES person (id),
    PRIMARY KEY (team_id, name, from_day, week, version)
);

-- +goose Down
DROP TABLE indicator;
