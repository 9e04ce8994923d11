-- +goose Up

-- All blocks of a year are read at once for one page: a block is kept as it is read, too. The
-- database writes it whenever the block is written.
ALTER TABLE burden_block ADD COLUMN packed TEXT GENERATED ALWAYS AS (
    team_id::text || ' ' || weeks::text || ' ' || quiet::text || ' ' || level1::text || ' ' || interruptions::text || ' ' || wakeups::text || ' ' || off_hours::text || ' ' || nights::text || ' ' || incidents::text || ' ' || notices::text || ' ' || people::text
    || ' ' || (length(few) - length(replace(few, ' ', '')))::text || ' ' || few) STORED; -- how many of them there are before who

-- +goose Down
ALTER TABLE burden_block DROP COLUMN packed;
