-- +goose Up

-- News reaches people by more than one medium, and each letter is told apart by it.
ALTER TABLE outbox ADD COLUMN medium TEXT NOT NULL DEFAULT 'email';
ALTER TABLE outbox DROP CONSTRAINT outbox_pkey;
ALTER TABLE outbox ADD PRIMARY KEY (topic, person_id, medium);

-- What people have chosen to be told, and by what. Of what they have not chosen about they
-- are told by the first medium there is.
CREATE TABLE outbox_choice (
    person_id BIGINT  NOT NULL REFERENCES person (id),
    kind      TEXT    NOT NULL,
    medium    TEXT    NOT NULL,
    wanted    BOOLEAN NOT NULL,
    PRIMARY KEY (person_id, kind, medium)
);
INSERT INTO outbox_choice (person_id, kind, medium, wanted) SELECT person_id, kind, 'email', FALSE FROM outbox_muted;
DROP TABLE outbox_muted;

-- +goose Down
CREATE TABLE outbox_muted (
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind      TEXT   NOT NULL,
    PRIMARY KEY (person_id, kind)
);
INSERT INTO outbox_muted (person_id, kind) SELECT person_id, kind FROM outbox_choice WHERE medium = 'email' AND NOT wanted;
DROP TABLE outbox_choice;
DELETE FROM outbox WHERE medium <> 'email';
ALTER TABLE outbox DROP CONSTRAINT outbox_pkey;
ALTER TABLE outbox DROP COLUMN medium;
ALTER TABLE outbox ADD PRIMARY KEY (topic, person_id);
