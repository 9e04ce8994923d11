-- +goose Up

-- Since when each kind of news is told: what was before is told to nobody, also when the
-- program learns a kind later.
CREATE TABLE outbox_began (
    kind TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL
);

-- How long before a shift somebody wants to hear that it begins; of whom there is no row
-- have not chosen.
CREATE TABLE outbox_lead (
    person_id INTEGER NOT NULL PRIMARY KEY REFERENCES person (id),
    minutes   INTEGER NOT NULL
);

-- Whoever wants to hear of nothing wants to hear of nothing new either.
INSERT INTO outbox_choice (person_id, kind, medium, wanted)
    SELECT DISTINCT c.person_id, k.kind, c.medium, FALSE FROM outbox_choice c
    CROSS JOIN (SELECT 'shift.changed' AS kind UNION SELECT 'shift.soon' UNION SELECT 'rest.due' UNION SELECT 'draft.made'
        UNION SELECT 'gap.found' UNION SELECT 'rest.team' UNION SELECT 'week.ahead') k
    WHERE c.person_id IN (SELECT person_id FROM outbox_choice GROUP BY person_id HAVING COUNT(DISTINCT kind) = 7 AND SUM(CASE WHEN wanted THEN 1 ELSE 0 END) = 0);

-- What was decided lately, and what nobody has, of all teams.
CREATE INDEX shift_since ON shift (since);
CREATE INDEX shift_until ON shift (until) WHERE until IS NOT NULL;
CREATE INDEX shift_open ON shift (end_at) WHERE person_id IS NULL AND until IS NULL;
CREATE INDEX shift_begins ON shift (start_at) WHERE until IS NULL;
CREATE INDEX override_begins ON override (start_at);
CREATE INDEX override_ends ON override (end_at);
CREATE INDEX override_created ON override (created_at);
CREATE INDEX override_cancelled ON override (cancelled_at) WHERE cancelled_at IS NOT NULL;
CREATE INDEX override_open ON override (end_at) WHERE person_id IS NULL AND cancelled_at IS NULL;
CREATE INDEX draft_ready ON draft (finished_at) WHERE state = 'ready';

-- +goose Down
DROP INDEX draft_ready;
DROP INDEX override_open;
DROP INDEX override_cancelled;
DROP INDEX override_ends;
DROP INDEX override_begins;
DROP INDEX shift_begins;
DROP INDEX override_created;
DROP INDEX shift_open;
DROP INDEX shift_until;
DROP INDEX shift_since;
DELETE FROM outbox_choice WHERE kind IN ('shift.changed', 'shift.soon', 'rest.due', 'draft.made', 'gap.found', 'rest.team', 'week.ahead');
DROP TABLE outbox_lead;
DROP TABLE outbox_began;
