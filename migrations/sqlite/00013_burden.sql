-- +goose Up

-- What the report counts by: how grave a page was, and what its alert is called.
ALTER TABLE page ADD COLUMN severity TEXT NOT NULL DEFAULT '';
ALTER TABLE page ADD COLUMN title TEXT NOT NULL DEFAULT '';
CREATE INDEX page_span ON page (team_id, triggered_at, resolved_at);

-- One notification of somebody for a page. What rings interrupts.
CREATE TABLE notice (
    id          INTEGER PRIMARY KEY,
    page_id     INTEGER NOT NULL REFERENCES page (id),
    team_id     INTEGER NOT NULL REFERENCES team (id),
    identity_id INTEGER REFERENCES identity (id),
    person_id   INTEGER REFERENCES person (id), -- none: nobody knows who that is
    at          INTEGER NOT NULL,               -- microseconds
    rings       BOOLEAN NOT NULL
);
CREATE INDEX notice_page ON notice (page_id);
CREATE INDEX notice_team ON notice (team_id, at);
CREATE INDEX notice_identity ON notice (identity_id);
INSERT INTO notice (page_id, team_id, identity_id, person_id, at, rings)
    SELECT r.page_id, r.team_id, r.identity_id, r.person_id, r.notified_at, p.counts AND r.channel NOT LIKE 'email%'
    FROM page_responder r JOIN page p ON p.id = r.page_id WHERE r.notified_at IS NOT NULL;

-- How far a team's burden has been measured.
CREATE TABLE burden_state (
    team_id   INTEGER PRIMARY KEY REFERENCES team (id),
    since_day TEXT    NOT NULL, -- a Monday; nothing before it is measured
    version   INTEGER NOT NULL, -- of the schedule that was looked at
    until_at  INTEGER NOT NULL, -- up to when the schedule was looked at
    config    TEXT    NOT NULL  -- by which everything was measured, or is about to be
);

-- Where somebody lived, worked and slept from when on: what is past stays as it was.
CREATE TABLE burden_clock (
    id        INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id),
    from_at   INTEGER NOT NULL, -- 0: always
    zone      TEXT    NOT NULL,
    works     TEXT    NOT NULL,
    sleeps    TEXT    NOT NULL,
    UNIQUE (person_id, from_at)
);

-- What has to be measured anew: between two moments something changed for somebody,
-- or for the team alone.
CREATE TABLE burden_mark (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id   INTEGER NOT NULL REFERENCES team (id),
    person_id INTEGER REFERENCES person (id),
    from_at   INTEGER NOT NULL,
    to_at     INTEGER NOT NULL
);
CREATE INDEX burden_mark_team ON burden_mark (team_id, id);

-- Who was on call, as it really was: touching shifts of one person and level are one.
CREATE TABLE burden_duty (
    id        INTEGER PRIMARY KEY,
    team_id   INTEGER NOT NULL REFERENCES team (id),
    person_id INTEGER REFERENCES person (id), -- nobody: a gap
    level     INTEGER NOT NULL,               -- 1 is called first
    start_at  INTEGER NOT NULL,
    end_at    INTEGER NOT NULL
);
CREATE INDEX burden_duty_team ON burden_duty (team_id, end_at);

-- What a day was for somebody, and what it handed to the next.
CREATE TABLE burden_day (
    team_id   INTEGER NOT NULL REFERENCES team (id),
    config    TEXT    NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person (id),
    day       TEXT    NOT NULL,
    tally     TEXT    NOT NULL, -- JSON
    open      TEXT    NOT NULL, -- JSON
    PRIMARY KEY (team_id, config, person_id, day)
);

CREATE TABLE burden_person_week (
    team_id   INTEGER NOT NULL REFERENCES team (id),
    config    TEXT    NOT NULL,
    week      TEXT    NOT NULL, -- its Monday
    person_id INTEGER NOT NULL REFERENCES person (id),
    tally     TEXT    NOT NULL, -- JSON
    PRIMARY KEY (team_id, config, week, person_id)
);

CREATE TABLE burden_team_week (
    team_id       INTEGER NOT NULL REFERENCES team (id),
    config        TEXT    NOT NULL,
    week          TEXT    NOT NULL,
    level1        INTEGER NOT NULL, -- seconds, as all hours
    on_call       INTEGER NOT NULL,
    engaged       INTEGER NOT NULL,
    interruptions INTEGER NOT NULL,
    wakeups       INTEGER NOT NULL,
    off_hours     INTEGER NOT NULL,
    nights        INTEGER NOT NULL,
    incidents     INTEGER NOT NULL,
    quiet         INTEGER NOT NULL, -- 1: nothing outside working hours
    measure       TEXT    NOT NULL, -- JSON: all of it
    PRIMARY KEY (team_id, config, week)
);
-- Sums over all teams read nothing else.
CREATE INDEX burden_all ON burden_team_week (config, week, team_id, level1, on_call, engaged, interruptions, wakeups, off_hours, nights, incidents, quiet);

-- +goose Down
DROP TABLE burden_team_week;
DROP TABLE burden_person_week;
DROP TABLE burden_day;
DROP TABLE burden_duty;
DROP TABLE burden_mark;
DROP TABLE burden_clock;
DROP TABLE burden_state;
DROP TABLE notice;
DROP INDEX page_span;
ALTER TABLE page DROP COLUMN title;
ALTER TABLE page DROP COLUMN severity;
