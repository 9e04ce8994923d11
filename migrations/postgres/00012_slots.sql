-- +goose Up

-- All that was ever published and decided about a slot, for those who have a part of it.
CREATE INDEX shift_slot ON shift (team_id, slot, start_at);
CREATE INDEX override_slot ON override (team_id, slot);

-- What people are above their share before and after a plan: a part of its document,
-- which is long.
ALTER TABLE plan ADD COLUMN balances TEXT NOT NULL DEFAULT '{}';
UPDATE plan SET balances = json_build_object('Before', document::json -> 'Before', 'After', document::json -> 'After', 'Moved', document::json -> 'Moved')::text;

-- +goose Down
ALTER TABLE plan DROP COLUMN balances;
DROP INDEX override_slot;
DROP INDEX shift_slot;
