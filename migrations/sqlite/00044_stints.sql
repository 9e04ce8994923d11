-- +goose Up

-- Who was in a team and was taken out of it: how many stay is measured by it.
CREATE TABLE membership_past (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id   INTEGER NOT NULL REFERENCES team (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    manager   BOOLEAN NOT NULL,
    on_call   BOOLEAN NOT NULL,
    from_day  TEXT    NOT NULL, -- as far as something tells
    until_day TEXT    NOT NULL  -- last day
);
CREATE INDEX membership_past_team ON membership_past (team_id);

-- +goose Down
DROP TABLE membership_past;
