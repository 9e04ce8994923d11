-- +goose Up

-- How a team asks its people how on-call is for them. Nothing is asked before a row is there.
CREATE TABLE pulse_policy (
    team_id INTEGER PRIMARY KEY REFERENCES team (id),
    version INTEGER NOT NULL,
    doc     TEXT    NOT NULL -- JSON
);

-- A round of the survey. All but its state is fixed when it opens.
CREATE TABLE pulse_wave (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    number     INTEGER NOT NULL,
    kind       TEXT    NOT NULL, -- pulse, quarterly
    zone       TEXT    NOT NULL, -- the team's when it opened
    opens_at   INTEGER NOT NULL,
    closes_at  INTEGER NOT NULL,
    least      INTEGER NOT NULL, -- answers, for anything to be shown
    least_said INTEGER NOT NULL, -- answers, for comments to be shown to the team
    invited    INTEGER NOT NULL,
    items      TEXT    NOT NULL, -- JSON: what is asked, in every language
    state      TEXT    NOT NULL, -- open, closed
    UNIQUE (team_id, number)
);
CREATE UNIQUE INDEX pulse_wave_open ON pulse_wave (team_id) WHERE state = 'open';

-- Who was asked: never whether they answered.
CREATE TABLE pulse_invitation (
    wave_id   INTEGER NOT NULL REFERENCES pulse_wave (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    PRIMARY KEY (wave_id, person_id)
) WITHOUT ROWID;
CREATE INDEX pulse_invitation_person ON pulse_invitation (person_id);

-- Links that lead to a wave. They are written when it opens, in the order of their
-- hashes, and never change: no row says whose a link is, or that it was used.
CREATE TABLE pulse_link (
    hash    TEXT    NOT NULL PRIMARY KEY,
    wave_id INTEGER NOT NULL REFERENCES pulse_wave (id)
) WITHOUT ROWID;

-- What is known of a wave while it is open, sealed by a key that is not in the database:
-- which link is whose, and apart from it, which links were used and what was answered. Each
-- is as long from the first day to the last. The row goes when the wave closes.
CREATE TABLE pulse_box (
    wave_id  INTEGER PRIMARY KEY REFERENCES pulse_wave (id),
    key_name TEXT    NOT NULL,
    links    BLOB    NOT NULL,
    answers  BLOB    NOT NULL
);

-- What was published of a wave, made once. Single answers are kept nowhere.
CREATE TABLE pulse_result (
    wave_id INTEGER PRIMARY KEY REFERENCES pulse_wave (id),
    doc     TEXT    NOT NULL -- JSON
);

-- Comments that a team sees, by a random number. They go with no answer.
CREATE TABLE pulse_comment (
    id      TEXT    NOT NULL PRIMARY KEY,
    wave_id INTEGER NOT NULL REFERENCES pulse_wave (id),
    text    TEXT    NOT NULL
) WITHOUT ROWID;
CREATE INDEX pulse_comment_wave ON pulse_comment (wave_id);

-- What became of a wave: you said, we did. A version is kept when another is written.
CREATE TABLE pulse_said (
    wave_id INTEGER NOT NULL REFERENCES pulse_wave (id),
    version INTEGER NOT NULL,
    said    TEXT    NOT NULL,
    did     TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    by_id   INTEGER REFERENCES person (id),
    PRIMARY KEY (wave_id, version)
);

-- Keys of open waves, where several replicas share a database and were given no secret.
CREATE TABLE pulse_key (
    name   TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL
) WITHOUT ROWID;

-- +goose Down
DROP TABLE pulse_key;
DROP TABLE pulse_said;
DROP TABLE pulse_comment;
DROP TABLE pulse_result;
DROP TABLE pulse_box;
DROP TABLE pulse_link;
DROP TABLE pulse_invitation;
DROP TABLE pulse_wave;
DROP TABLE pulse_policy;
