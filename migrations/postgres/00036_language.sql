-- +goose Up

-- In which language somebody is asked in surveys; empty is as their browser asks.
ALTER TABLE person ADD COLUMN language TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE person DROP COLUMN language;
