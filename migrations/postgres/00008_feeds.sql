-- +goose Up

-- What a feed looked like when it was last rendered, so that restarts and replicas
-- agree on when it last changed, and know without rendering that it has not.
ALTER TABLE feed ADD COLUMN alarms BOOLEAN NOT NULL DEFAULT FALSE; -- a reminder before each shift
ALTER TABLE feed ADD COLUMN stamp TEXT NOT NULL DEFAULT '';        -- what the bytes were made of
ALTER TABLE feed ADD COLUMN etag TEXT NOT NULL DEFAULT '';         -- a hash of the bytes
ALTER TABLE feed ADD COLUMN changed_at BIGINT;                     -- when they last became others
CREATE INDEX feed_team ON feed (team_id);

-- A person's feed asks which teams they have shifts in, from a day on.
DROP INDEX shift_person;
CREATE INDEX shift_person ON shift (person_id, start_at, team_id);
CREATE INDEX override_person ON override (person_id, start_at, team_id);

-- +goose Down
DROP INDEX override_person;
DROP INDEX shift_person;
CREATE INDEX shift_person ON shift (person_id, start_at);
DROP INDEX feed_team;
ALTER TABLE feed DROP COLUMN changed_at;
ALTER TABLE feed DROP COLUMN etag;
ALTER TABLE feed DROP COLUMN stamp;
ALTER TABLE feed DROP COLUMN alarms;
