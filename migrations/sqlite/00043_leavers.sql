-- +goose Up

-- Whoever left long ago is nobody in particular: a number, given in the order in which
-- people are made so, stands for them.
ALTER TABLE person ADD COLUMN former INTEGER;    -- the number of their label; given when it begins
ALTER TABLE person ADD COLUMN former_at INTEGER; -- when nothing told any more who they were
CREATE UNIQUE INDEX person_former ON person (former);

-- What is only ever added to stays as it was noted: who, when, what and about whom. While
-- somebody is made nobody in particular, their label may be written into what is said besides.
DROP TRIGGER audit_no_update;
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
WHEN NOT (OLD.id IS NEW.id AND OLD.at IS NEW.at AND OLD.by_id IS NEW.by_id AND OLD.action IS NEW.action AND OLD.about_id IS NEW.about_id
    AND OLD.team_id IS NEW.team_id AND OLD.once IS NEW.once
    AND EXISTS (SELECT 1 FROM person WHERE former IS NOT NULL AND former_at IS NULL
        AND instr(replace(lower(NEW.detail), '-', ' '), 'former member ' || former) > 0))
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd
DROP TRIGGER owed_entry_no_update;
-- +goose StatementBegin
CREATE TRIGGER owed_entry_no_update BEFORE UPDATE ON owed_entry
WHEN NOT (OLD.id IS NEW.id AND OLD.team_id IS NEW.team_id AND OLD.person_id IS NEW.person_id AND OLD.at IS NEW.at AND OLD.kind IS NEW.kind
    AND OLD.lot IS NEW.lot AND OLD.minutes IS NEW.minutes AND OLD.by_id IS NEW.by_id AND OLD.policy_id IS NEW.policy_id
    AND OLD.expires_at IS NEW.expires_at AND OLD.of_id IS NEW.of_id AND OLD.first_day IS NEW.first_day AND OLD.last_day IS NEW.last_day
    AND OLD.absence_id IS NEW.absence_id
    AND EXISTS (SELECT 1 FROM person WHERE former IS NOT NULL AND former_at IS NULL
        AND instr(replace(lower(NEW.reason), '-', ' '), 'former member ' || former) > 0))
BEGIN
    SELECT RAISE(ABORT, 'time owed is only ever added to');
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER audit_no_update;
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd
DROP TRIGGER owed_entry_no_update;
-- +goose StatementBegin
CREATE TRIGGER owed_entry_no_update BEFORE UPDATE ON owed_entry
BEGIN
    SELECT RAISE(ABORT, 'time owed is only ever added to');
END;
-- +goose StatementEnd
DROP INDEX person_former;
ALTER TABLE person DROP COLUMN former_at;
ALTER TABLE person DROP COLUMN former;
