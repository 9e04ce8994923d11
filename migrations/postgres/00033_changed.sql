-- +goose Up

-- How often what is known of a person has changed: what pages keep of all people is good as
-- long as the sum is the same.
ALTER TABLE person ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX person_version ON person (version);

-- +goose Down
DROP INDEX person_version;
ALTER TABLE person DROP COLUMN version;
