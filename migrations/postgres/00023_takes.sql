-- +goose Up

-- From a day on a member takes other rotations, comma separated; '' is all of them and NULL
-- as before.
ALTER TABLE membership_terms ADD COLUMN takes TEXT;

-- +goose Down
ALTER TABLE membership_terms DROP COLUMN takes;
