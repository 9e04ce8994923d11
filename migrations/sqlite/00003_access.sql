-- +goose Up

-- A link by which somebody chooses a new password, once.
CREATE TABLE reset (
    token_hash TEXT    PRIMARY KEY NOT NULL,
    person_id  INTEGER NOT NULL REFERENCES person (id),
    created_by INTEGER REFERENCES person (id), -- nobody: the command line
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER -- or when it was taken back
);
CREATE INDEX reset_person ON reset (person_id);

-- The invited becomes an administrator.
ALTER TABLE invitation ADD COLUMN admin BOOLEAN NOT NULL DEFAULT FALSE;

-- A look at somebody's data is noted once a day: viewer, person, kind and day in one
-- text that no other entry has.
ALTER TABLE audit ADD COLUMN once TEXT;
CREATE UNIQUE INDEX audit_once ON audit (once);
CREATE INDEX audit_by ON audit (by_id, id);

-- What was noted stays as it was noted.
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER audit_no_delete;
DROP TRIGGER audit_no_update;
DROP INDEX audit_by;
DROP INDEX audit_once;
ALTER TABLE audit DROP COLUMN once;
ALTER TABLE invitation DROP COLUMN admin;
DROP TABLE reset;
