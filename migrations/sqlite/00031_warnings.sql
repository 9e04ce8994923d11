-- +goose Up

-- What whoever manages a team was asked about its weeks, as it was asked. Figures that
-- change later change nothing here.
CREATE TABLE warning (
    id      INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES team (id),
    week    TEXT    NOT NULL, -- its Monday, on the team's calendar
    cause   TEXT    NOT NULL, -- shift, spikes, nights, rest, survey_decline
    config  TEXT    NOT NULL, -- the version by which the week was measured
    at      INTEGER NOT NULL,
    doc     TEXT    NOT NULL, -- JSON: the question, its evidence and the figures
    ended   TEXT    NOT NULL, -- the first week without the cause; '' while it goes on
    UNIQUE (team_id, cause, week)
);

-- What they answered. A version is kept when another is written.
CREATE TABLE warning_answer (
    warning_id INTEGER NOT NULL REFERENCES warning (id),
    version    INTEGER NOT NULL,
    text       TEXT    NOT NULL, -- '' says that they have looked
    at         INTEGER NOT NULL,
    by_id      INTEGER REFERENCES person (id),
    PRIMARY KEY (warning_id, version)
);

-- The last week of a team that was looked at for reasons to ask.
CREATE TABLE warning_look (
    team_id INTEGER NOT NULL PRIMARY KEY REFERENCES team (id),
    week    TEXT    NOT NULL
);

-- +goose Down
DROP TABLE warning_look;
DROP TABLE warning_answer;
DROP TABLE warning;
