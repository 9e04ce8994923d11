-- +goose Up

-- What four weeks that are counted for everybody alike were for a team: sums of its weeks, so
-- that all teams are put beside each other without reading what was measured of anybody.
CREATE TABLE burden_block (
    config        TEXT    NOT NULL,
    block         TEXT    NOT NULL, -- its Monday
    team_id       INTEGER NOT NULL REFERENCES team (id),
    weeks         INTEGER NOT NULL, -- in which somebody was on call first
    quiet         INTEGER NOT NULL,
    level1        INTEGER NOT NULL, -- seconds
    interruptions INTEGER NOT NULL,
    wakeups       INTEGER NOT NULL,
    off_hours     INTEGER NOT NULL,
    nights        INTEGER NOT NULL,
    incidents     INTEGER NOT NULL,
    notices       INTEGER NOT NULL, -- of any urgency and channel
    people        INTEGER NOT NULL, -- who were on call first or were paged
    few           TEXT    NOT NULL, -- who they are, where they are fewer than three
    PRIMARY KEY (config, block, team_id)
) WITHOUT ROWID;

-- Weeks whose block has to be added up anew. Each is a row of its own, so that none is lost
-- while another is worked off.
CREATE TABLE burden_block_mark (
    id      INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES team (id),
    config  TEXT    NOT NULL,
    week    TEXT    NOT NULL
);

-- +goose StatementBegin
CREATE TRIGGER burden_team_week_added AFTER INSERT ON burden_team_week
BEGIN
    INSERT INTO burden_block_mark (team_id, config, week) VALUES (NEW.team_id, NEW.config, NEW.week);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER burden_team_week_changed AFTER UPDATE ON burden_team_week
BEGIN
    INSERT INTO burden_block_mark (team_id, config, week) VALUES (NEW.team_id, NEW.config, NEW.week);
END;
-- +goose StatementEnd
INSERT INTO burden_block_mark (team_id, config, week) SELECT team_id, config, week FROM burden_team_week ORDER BY team_id, week;

-- What all teams together had before a quarter, from which rates of it are believed to begin.
-- It is made once and never changed.
CREATE TABLE burden_prior (
    quarter TEXT    NOT NULL, -- 2026-Q4
    config  TEXT    NOT NULL,
    made_at INTEGER NOT NULL,
    doc     TEXT    NOT NULL, -- JSON
    PRIMARY KEY (quarter, config)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE burden_prior;
DROP TRIGGER burden_team_week_changed;
DROP TRIGGER burden_team_week_added;
DROP TABLE burden_block_mark;
DROP TABLE burden_block;
