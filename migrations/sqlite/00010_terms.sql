-- +goose Up

-- From a day on a member has other skills, or other limits of their own. What holds
-- before the first of them stands in membership.
CREATE TABLE membership_terms (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    team_id    INTEGER NOT NULL REFERENCES team (id),
    person_id  INTEGER NOT NULL REFERENCES person (id),
    from_day   TEXT NOT NULL,
    skills     TEXT,             -- comma separated; NULL: as before
    limits     TEXT,             -- as in a team file; NULL: as before
    created_at INTEGER NOT NULL,
    created_by INTEGER REFERENCES person (id),
    UNIQUE (team_id, person_id, from_day)
);

-- +goose Down
DROP TABLE membership_terms;
