-- +goose Up

-- By which rules work outside working hours earns time off in a team, for weeks from a
-- Monday on; of two for one day the later holds.
CREATE TABLE owed_policy (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    from_day   TEXT    NOT NULL, -- a Monday
    off        BOOLEAN NOT NULL, -- nothing is earned any more
    rules      TEXT    NOT NULL, -- JSON
    created_by INTEGER REFERENCES person (id), -- nobody: the command line
    created_at INTEGER NOT NULL
);
CREATE INDEX owed_policy_team ON owed_policy (team_id, from_day);

-- The ledger of time owed.
CREATE TABLE owed_entry (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    person_id  INTEGER NOT NULL REFERENCES person (id),
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL, -- earned, approved, declined, taken, returned, expired
    lot        TEXT    NOT NULL, -- the week that earned it; empty: taken or returned
    minutes    INTEGER NOT NULL, -- below zero: less was earned than was put down
    by_id      INTEGER REFERENCES person (id), -- nobody: the program itself
    reason     TEXT    NOT NULL,
    policy_id  INTEGER REFERENCES owed_policy (id), -- by which it was earned
    expires_at INTEGER, -- of approved: until when it can be taken; none is for ever
    of_id      INTEGER REFERENCES owed_entry (id), -- what is returned
    first_day  TEXT    NOT NULL, -- the days off that it was taken for; empty: none
    last_day   TEXT    NOT NULL,
    absence_id INTEGER -- the absence of those days, which may have been removed since
);
CREATE INDEX owed_entry_person ON owed_entry (person_id, team_id);
CREATE INDEX owed_entry_team ON owed_entry (team_id, lot);

-- What was put down stays as it was put down.
-- +goose StatementBegin
CREATE TRIGGER owed_entry_no_update BEFORE UPDATE ON owed_entry
BEGIN
    SELECT RAISE(ABORT, 'time owed is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER owed_entry_no_delete BEFORE DELETE ON owed_entry
BEGIN
    SELECT RAISE(ABORT, 'time owed is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER owed_policy_no_update BEFORE UPDATE ON owed_policy
BEGIN
    SELECT RAISE(ABORT, 'time owed is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER owed_policy_no_delete BEFORE DELETE ON owed_policy
BEGIN
    SELECT RAISE(ABORT, 'time owed is only ever added to');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE owed_entry;
DROP TABLE owed_policy;
