-- +goose Up

-- What people were told. No text is kept: it is made of what is stored when it is sent.
CREATE TABLE outbox (
    topic     TEXT   NOT NULL, -- what it is about, the same on every replica
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind      TEXT   NOT NULL,
    tries     INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    next_at   INTEGER NOT NULL, -- nobody else tries before
    sent_at   INTEGER,
    given_up_at INTEGER,
    problem   TEXT   NOT NULL DEFAULT '', -- of the last try
    PRIMARY KEY (topic, person_id)
);
CREATE INDEX outbox_person ON outbox (person_id, made_at);
CREATE INDEX outbox_made ON outbox (made_at);

-- Topics that everybody was told of who is to hear of them.
CREATE TABLE outbox_told (
    topic TEXT   NOT NULL PRIMARY KEY,
    at    INTEGER NOT NULL
);
CREATE INDEX outbox_told_at ON outbox_told (at);

-- What people do not want to be told.
CREATE TABLE outbox_muted (
    person_id INTEGER NOT NULL REFERENCES person (id),
    kind      TEXT   NOT NULL,
    PRIMARY KEY (person_id, kind)
);

CREATE INDEX request_answered ON request (answered_at);
CREATE INDEX handover_at ON handover (at);
CREATE INDEX warning_at ON warning (at);
CREATE INDEX pulse_wave_closes ON pulse_wave (closes_at);

-- +goose Down
DROP INDEX pulse_wave_closes;
DROP INDEX warning_at;
DROP INDEX handover_at;
DROP INDEX request_answered;
DROP TABLE outbox_muted;
DROP TABLE outbox_told;
DROP TABLE outbox;
