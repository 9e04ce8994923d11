-- +goose Up

-- What somebody wrote down about a shift, for whoever has the next one. It belongs to the
-- turn in which the instant lies, so that none is lost when shifts change.
CREATE TABLE shift_note (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    rotation   TEXT NOT NULL,
    at         INTEGER NOT NULL,
    author_id  INTEGER REFERENCES person (id), -- none: the program
    written_at INTEGER NOT NULL,
    edited_at  INTEGER,
    text       TEXT NOT NULL
);
CREATE INDEX shift_note_team ON shift_note (team_id, rotation, at);

-- A turn that was handed over: what had been noted by then stays as it is.
CREATE TABLE handover (
    id         INTEGER PRIMARY KEY,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    rotation   TEXT NOT NULL,
    start_at   INTEGER NOT NULL, -- when the turn began
    by_id      INTEGER REFERENCES person (id),
    at         INTEGER NOT NULL,
    read_by_id INTEGER REFERENCES person (id), -- who has the next turn
    read_at    INTEGER
);
CREATE UNIQUE INDEX handover_turn ON handover (team_id, rotation, start_at);

-- +goose Down
DROP TABLE handover;
DROP TABLE shift_note;
