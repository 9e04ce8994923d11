-- +goose Up

-- A link by which somebody chooses a new password, once.
CREATE TABLE reset (
    token_hash TEXT    PRIMARY KEY NOT NULL,
    person_id  BIGINT  NOT NULL REFERENCES person (id),
    created_by BIGINT  REFERENCES person (id), -- nobody: the command line
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    used_at    BIGINT -- or when it was taken back
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
CREATE FUNCTION audit_only_added() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever added to';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_added();

-- +goose Down
DROP TRIGGER audit_no_change ON audit;
DROP FUNCTION audit_only_added();
DROP INDEX audit_by;
DROP INDEX audit_once;
ALTER TABLE audit DROP COLUMN once;
ALTER TABLE invitation DROP COLUMN admin;
DROP TABLE reset;
