-- +goose Up

-- Whose time owed ends soon is looked for once a minute.
CREATE INDEX owed_entry_expires ON owed_entry (expires_at) WHERE kind = 'approved';

-- +goose Down
DROP INDEX owed_entry_expires;
