-- +goose Up

-- Calls of the API that carried an Idempotency-Key, for a day, so that the same call
-- again gets the same answer and does nothing.
CREATE TABLE idempotency (
    name       TEXT    PRIMARY KEY,          -- hash of who called and the key
    request    TEXT    NOT NULL,             -- hash of method, address and body
    answer     TEXT    NOT NULL DEFAULT '',  -- encrypted with the key; empty: not known (yet)
    created_at BIGINT  NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created_at);

-- Which rotations a team has published, and when each begins next.
CREATE INDEX shift_rotation ON shift (team_id, rotation, start_at) WHERE until IS NULL;

-- +goose Down
DROP INDEX shift_rotation;
DROP TABLE idempotency;
