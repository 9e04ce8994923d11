-- +goose Up

-- Whoever had a broken night is offered to hand over what comes next.
ALTER TABLE team ADD COLUMN rest_cover BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE team DROP COLUMN rest_cover;
