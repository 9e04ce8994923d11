-- +goose Up

-- All blocks of a year are read at once for one page: a block is kept as it is read, too. The
-- database writes it whenever the block is written.
CREATE TABLE burden_block_packed (
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
    packed        TEXT    GENERATED ALWAYS AS (
        team_id || ' ' || weeks || ' ' || quiet || ' ' || level1 || ' ' || interruptions || ' ' || wakeups || ' ' || off_hours || ' ' || nights || ' ' || incidents || ' ' || notices || ' ' || people
        || ' ' || (length(few) - length(replace(few, ' ', ''))) || ' ' || few) STORED, -- how many of them there are before who
    PRIMARY KEY (config, block, team_id)
) WITHOUT ROWID;
INSERT INTO burden_block_packed (config, block, team_id, weeks, quiet, level1, interruptions, wakeups, off_hours, nights, incidents, notices, people, few)
SELECT config, block, team_id, weeks, quiet, level1, interruptions, wakeups, off_hours, nights, incidents, notices, people, few FROM burden_block;
DROP TABLE burden_block;
ALTER TABLE burden_block_packed RENAME TO burden_block;

-- +goose Down
CREATE TABLE burden_block_plain (
    config        TEXT    NOT NULL,
    block         TEXT    NOT NULL,
    team_id       INTEGER NOT NULL REFERENCES team (id),
    weeks         INTEGER NOT NULL,
    quiet         INTEGER NOT NULL,
    level1        INTEGER NOT NULL,
    interruptions INTEGER NOT NULL,
    wakeups       INTEGER NOT NULL,
    off_hours     INTEGER NOT NULL,
    nights        INTEGER NOT NULL,
    incidents     INTEGER NOT NULL,
    notices       INTEGER NOT NULL,
    people        INTEGER NOT NULL,
    few           TEXT    NOT NULL,
    PRIMARY KEY (config, block, team_id)
) WITHOUT ROWID;
INSERT INTO burden_block_plain SELECT config, block, team_id, weeks, quiet, level1, interruptions, wakeups, off_hours, nights, incidents, notices, people, few FROM burden_block;
DROP TABLE burden_block;
ALTER TABLE burden_block_plain RENAME TO burden_block;
