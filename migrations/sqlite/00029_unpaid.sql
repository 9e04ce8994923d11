-- +goose Up

-- How many pages paid nothing because nobody acknowledged them, as it was published.
ALTER TABLE pay_statement ADD COLUMN unpaid_pages INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE pay_statement DROP COLUMN unpaid_pages;
