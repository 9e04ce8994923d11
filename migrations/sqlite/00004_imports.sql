-- +goose Up

-- Somebody else's calendar: a file that was read once, or a link that is read again
-- and again. The link is a secret of whoever added it.
CREATE TABLE calendar_import (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT    NOT NULL, -- absences, holidays, shifts
    owner_id     INTEGER NOT NULL REFERENCES person (id),
    team_id      INTEGER REFERENCES team (id), -- whose holidays or shifts; none: the owner's own
    label        TEXT    NOT NULL,
    url          TEXT    NOT NULL DEFAULT '', -- empty: a file
    filter       TEXT    NOT NULL DEFAULT 'all', -- all, words, busy
    words        TEXT    NOT NULL DEFAULT '',
    least_hours  INTEGER NOT NULL DEFAULT 0,  -- shorter events do not count
    titles       BOOLEAN NOT NULL DEFAULT FALSE, -- keep what events are called
    rotation     TEXT    NOT NULL DEFAULT '',
    until_day    TEXT    NOT NULL DEFAULT '', -- shifts count that begin before it
    people       TEXT    NOT NULL DEFAULT '{}',  -- JSON: name in the calendar to person
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,                     -- none: it was only looked at
    waits        BOOLEAN NOT NULL DEFAULT FALSE, -- for somebody to say yes to
    waiting      TEXT    NOT NULL DEFAULT '',    -- this calendar: gzip, base64
    etag         TEXT    NOT NULL DEFAULT '',
    modified     TEXT    NOT NULL DEFAULT '',
    refresh      INTEGER NOT NULL DEFAULT 0,  -- seconds, as the calendar asks
    tried_at     INTEGER,
    read_at      INTEGER,
    next_at      INTEGER,                     -- none: it is not read again
    failures     INTEGER NOT NULL DEFAULT 0,
    problem      TEXT    NOT NULL DEFAULT '',    -- why the last reading failed
    events       INTEGER NOT NULL DEFAULT 0,
    warnings     TEXT    NOT NULL DEFAULT '[]',  -- JSON
    version      INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX calendar_import_owner ON calendar_import (owner_id);
CREATE INDEX calendar_import_team ON calendar_import (team_id);
CREATE INDEX calendar_import_next ON calendar_import (next_at);

-- Absences that came from a calendar: which, and which event of it.
ALTER TABLE absence ADD COLUMN import_id INTEGER;
ALTER TABLE absence ADD COLUMN import_key TEXT NOT NULL DEFAULT '';
CREATE INDEX absence_import ON absence (import_id);

CREATE TABLE imported_holiday (
    import_id INTEGER NOT NULL REFERENCES calendar_import (id),
    day       TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    PRIMARY KEY (import_id, day, name)
);

-- Who had what in another tool before the first plan, and what that comes to.
CREATE TABLE imported_shift (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id INTEGER NOT NULL REFERENCES calendar_import (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    rotation  TEXT    NOT NULL,
    start_at  INTEGER NOT NULL,
    end_at    INTEGER NOT NULL
);
CREATE INDEX imported_shift_import ON imported_shift (import_id);
CREATE TABLE imported_balance (
    import_id INTEGER NOT NULL REFERENCES calendar_import (id),
    person_id INTEGER NOT NULL REFERENCES person (id),
    points    INTEGER NOT NULL, -- above their share, thousandths
    PRIMARY KEY (import_id, person_id)
);

-- +goose Down
DROP TABLE imported_balance;
DROP TABLE imported_shift;
DROP TABLE imported_holiday;
DROP INDEX absence_import;
ALTER TABLE absence DROP COLUMN import_key;
ALTER TABLE absence DROP COLUMN import_id;
DROP TABLE calendar_import;
