-- +goose Up

-- By which rules being on call is paid in a team, from a day on; of two for one day the
-- later holds.
CREATE TABLE pay_policy (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    from_day   TEXT    NOT NULL,
    rules      TEXT    NOT NULL, -- JSON
    created_by INTEGER REFERENCES person (id), -- nobody: the command line
    created_at INTEGER NOT NULL
);
CREATE INDEX pay_policy_team ON pay_policy (team_id, from_day);

-- What a team pays for a month, as it was published.
CREATE TABLE pay_statement (
    id           INTEGER PRIMARY KEY,
    team_id      INTEGER NOT NULL REFERENCES team (id),
    number       INTEGER NOT NULL, -- of the team's, from 1
    month        TEXT    NOT NULL, -- its first day
    from_at      INTEGER NOT NULL,
    to_at        INTEGER NOT NULL,
    published_by INTEGER REFERENCES person (id),
    published_at INTEGER NOT NULL,
    UNIQUE (team_id, month),
    UNIQUE (team_id, number)
);

CREATE TABLE pay_line (
    id           INTEGER PRIMARY KEY,
    statement_id INTEGER NOT NULL REFERENCES pay_statement (id),
    person_id    INTEGER NOT NULL REFERENCES person (id),
    month        TEXT    NOT NULL, -- that it is about: an earlier one of a correction
    kind         TEXT    NOT NULL, -- standby, call_out, work
    from_at      INTEGER NOT NULL,
    to_at        INTEGER NOT NULL,
    rotation     TEXT    NOT NULL,
    rule         TEXT    NOT NULL, -- empty: the base rate
    unit         TEXT    NOT NULL,
    rate         INTEGER NOT NULL, -- minor units
    count        INTEGER NOT NULL, -- seconds; call-outs
    amount       INTEGER NOT NULL, -- minor units; below zero only in corrections
    currency     TEXT    NOT NULL,
    correction   BOOLEAN NOT NULL,
    policy_id    INTEGER NOT NULL REFERENCES pay_policy (id),
    version      TEXT    NOT NULL
);
CREATE INDEX pay_line_statement ON pay_line (statement_id);
CREATE INDEX pay_line_person ON pay_line (person_id, statement_id);

-- What was published stays as it was published.
-- +goose StatementBegin
CREATE TRIGGER pay_policy_no_update BEFORE UPDATE ON pay_policy
BEGIN
    SELECT RAISE(ABORT, 'pay is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pay_policy_no_delete BEFORE DELETE ON pay_policy
BEGIN
    SELECT RAISE(ABORT, 'pay is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pay_statement_no_update BEFORE UPDATE ON pay_statement
BEGIN
    SELECT RAISE(ABORT, 'pay is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pay_statement_no_delete BEFORE DELETE ON pay_statement
BEGIN
    SELECT RAISE(ABORT, 'pay is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pay_line_no_update BEFORE UPDATE ON pay_line
BEGIN
    SELECT RAISE(ABORT, 'pay is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER pay_line_no_delete BEFORE DELETE ON pay_line
BEGIN
    SELECT RAISE(ABORT, 'pay is only ever added to');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE pay_line;
DROP TABLE pay_statement;
DROP TABLE pay_policy;
