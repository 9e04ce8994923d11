-- +goose Up

-- Whoever left long ago is nobody in particular: a number, given in the order in which
-- people are made so, stands for them.
ALTER TABLE person ADD COLUMN former BIGINT;    -- the number of their label; given when it begins
ALTER TABLE person ADD COLUMN former_at BIGINT; -- when nothing told any more who they were
CREATE UNIQUE INDEX person_former ON person (former);

-- What is only ever added to stays as it was noted: who, when, what and about whom. While
-- somebody is made nobody in particular, their label may be written into what is said besides.
-- +goose StatementBegin
CREATE FUNCTION labels_a_leaver(said TEXT) RETURNS boolean AS $$
    SELECT EXISTS (SELECT 1 FROM person WHERE former IS NOT NULL AND former_at IS NULL
        AND strpos(replace(lower(said), '-', ' '), 'former member ' || former) > 0);
$$ LANGUAGE sql;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_only_added() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.id, OLD.at, OLD.by_id, OLD.action, OLD.about_id, OLD.team_id, OLD.once)
            IS NOT DISTINCT FROM (NEW.id, NEW.at, NEW.by_id, NEW.action, NEW.about_id, NEW.team_id, NEW.once) AND labels_a_leaver(NEW.detail) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is only ever added to';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION owed_entry_only_added() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.id, OLD.team_id, OLD.person_id, OLD.at, OLD.kind, OLD.lot, OLD.minutes, OLD.by_id, OLD.policy_id, OLD.expires_at, OLD.of_id, OLD.first_day, OLD.last_day, OLD.absence_id)
            IS NOT DISTINCT FROM (NEW.id, NEW.team_id, NEW.person_id, NEW.at, NEW.kind, NEW.lot, NEW.minutes, NEW.by_id, NEW.policy_id, NEW.expires_at, NEW.of_id, NEW.first_day, NEW.last_day, NEW.absence_id)
            AND labels_a_leaver(NEW.reason) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'time owed is only ever added to';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
DROP TRIGGER owed_entry_no_change ON owed_entry;
CREATE TRIGGER owed_entry_no_change BEFORE UPDATE OR DELETE ON owed_entry FOR EACH ROW EXECUTE FUNCTION owed_entry_only_added();

-- +goose Down
DROP TRIGGER owed_entry_no_change ON owed_entry;
CREATE TRIGGER owed_entry_no_change BEFORE UPDATE OR DELETE ON owed_entry FOR EACH ROW EXECUTE FUNCTION owed_only_added();
DROP FUNCTION owed_entry_only_added();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_only_added() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever added to';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
DROP FUNCTION labels_a_leaver(TEXT);
DROP INDEX person_former;
ALTER TABLE person DROP COLUMN former_at;
ALTER TABLE person DROP COLUMN former;
