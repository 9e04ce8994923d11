-- +goose Up

-- News reaches people by more than one medium, and each letter is told apart by it.
CREATE TABLE outbox_by (
    topic     TEXT   NOT NULL, -- what it is about, the same on every replica
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind      TEXT   NOT NULL,
    tries     INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    next_at   INTEGER NOT NULL, -- nobody else tries before
    sent_at   INTEGER,
    given_up_at INTEGER,
    problem   TEXT   NOT NULL DEFAULT '', -- of the last try
    medium    TEXT   NOT NULL DEFAULT 'email',
    PRIMARY KEY (topic, person_id, medium)
);
INSERT INTO outbox_by (topic, person_id, kind, tries, made_at, next_at, sent_at, given_up_at, problem)
    SELECT topic, person_id, kind, tries, made_at, next_at, sent_at, given_up_at, problem FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_by RENAME TO outbox;
CREATE INDEX outbox_person ON outbox (person_id, made_at);
CREATE INDEX outbox_made ON outbox (made_at);

-- What people have chosen to be told, and by what. Of what they have not chosen about they
-- are told by the first medium there is.
CREATE TABLE outbox_choice (
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind      TEXT    NOT NULL,
    medium    TEXT    NOT NULL,
    wanted    BOOLEAN NOT NULL,
    PRIMARY KEY (person_id, kind, medium)
);
INSERT INTO outbox_choice (person_id, kind, medium, wanted) SELECT person_id, kind, 'email', FALSE FROM outbox_muted;
DROP TABLE outbox_muted;

-- +goose Down
CREATE TABLE outbox_muted (
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind      TEXT   NOT NULL,
    PRIMARY KEY (person_id, kind)
);
INSERT INTO outbox_muted (person_id, kind) SELECT person_id, kind FROM outbox_choice WHERE medium = 'email' AND NOT wanted;
DROP TABLE outbox_choice;
CREATE TABLE outbox_by (
    topic     TEXT   NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind      TEXT   NOT NULL,
    tries     INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    next_at   INTEGER NOT NULL,
    sent_at   INTEGER,
    given_up_at INTEGER,
    problem   TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (topic, person_id)
);
INSERT INTO outbox_by SELECT topic, person_id, kind, tries, made_at, next_at, sent_at, given_up_at, problem FROM outbox WHERE medium = 'email';
DROP TABLE outbox;
ALTER TABLE outbox_by RENAME TO outbox;
CREATE INDEX outbox_person ON outbox (person_id, made_at);
CREATE INDEX outbox_made ON outbox (made_at);
