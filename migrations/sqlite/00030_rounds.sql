-- +goose Up

-- To which round of all teams a wave goes up; 0: its people were not told that it would.
ALTER TABLE pulse_wave ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
CREATE INDEX pulse_wave_round ON pulse_wave (round) WHERE round > 0;

-- What is carried to a round, sealed by a key that is not in the database: of waves of which
-- a team is not told all. It knows of no team and no wave. The row goes when the round is over.
CREATE TABLE pulse_pool (
    round    INTEGER PRIMARY KEY, -- blocks of four weeks since 2001-01-01
    key_name TEXT NOT NULL,
    sealed   BLOB NOT NULL
);

-- What was published of all teams together, made once.
CREATE TABLE pulse_round (
    round INTEGER PRIMARY KEY,
    doc   TEXT NOT NULL -- JSON
);

-- Comments of teams that see none, by a random number.
CREATE TABLE pulse_round_comment (
    id    TEXT    NOT NULL PRIMARY KEY,
    round INTEGER NOT NULL REFERENCES pulse_round (round),
    text  TEXT    NOT NULL
) WITHOUT ROWID;
CREATE INDEX pulse_round_comment_round ON pulse_round_comment (round);

-- +goose Down
DROP TABLE pulse_round_comment;
DROP TABLE pulse_round;
DROP TABLE pulse_pool;
DROP INDEX pulse_wave_round;
ALTER TABLE pulse_wave DROP COLUMN round;
