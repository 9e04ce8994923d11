-- +goose Up
-- What somebody keeps of their own shifts for themselves, all in one piece, sealed by a key
-- that is not in the database and as theirs: nothing opens it for anybody else.
CREATE TABLE diary (
    person_id BIGINT PRIMARY KEY REFERENCES person (id),
    key_name  TEXT NOT NULL,
    sealed    BYTEA NOT NULL
);

-- +goose Down
DROP TABLE diary;
