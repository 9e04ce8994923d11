-- +goose Up

-- The early warning that an item was made of; it may be gone before the item.
ALTER TABLE item ADD COLUMN warning_id INTEGER;

-- +goose Down
ALTER TABLE item DROP COLUMN warning_id;
