-- +goose Up
-- What a decision broke of the team's hard rules, in words; empty: nothing.
ALTER TABLE override ADD COLUMN broke TEXT NOT NULL DEFAULT '';

-- When those asked were reminded, and why a request ended as it did.
ALTER TABLE request ADD COLUMN reminded_at INTEGER;
ALTER TABLE request ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- Until when somebody knows how their shifts have changed.
CREATE TABLE shifts_seen (
    person_id INTEGER PRIMARY KEY REFERENCES person (id),
    seen_at   INTEGER NOT NULL
);

-- +goose Down
DROP TABLE shifts_seen;
ALTER TABLE request DROP COLUMN note;
ALTER TABLE request DROP COLUMN reminded_at;
ALTER TABLE override DROP COLUMN broke;
