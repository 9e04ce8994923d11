-- +goose Up

-- The key of an alert goes on for years: of thousands of pages one is found by the event
-- that began it.
DROP INDEX page_named;
CREATE INDEX page_named ON page (integration_id, page_key, opened_by);

-- The latest pages of an integration, also of one that has not paged for long.
CREATE INDEX page_latest ON page (integration_id, triggered_at);

-- One index does for what two did, and one that nothing is read by is gone.
DROP INDEX page_team;
DROP INDEX page_span;
CREATE INDEX page_span ON page (team_id, triggered_at, resolved_at, counts);
DROP INDEX page_responder_team;

-- Deliveries that came to an end which is no good one, and those whose bytes and then
-- whose rows are forgotten, the oldest first. None of them has a row when a delivery comes.
CREATE INDEX inbox_ended ON inbox (integration_id, state, id) WHERE state = 'dead' OR state = 'discarded';
CREATE INDEX inbox_read ON inbox (received_at) WHERE state = 'done' AND body IS NOT NULL;
CREATE INDEX inbox_bare ON inbox (received_at) WHERE body IS NULL;

-- +goose Down
DROP INDEX inbox_bare;
DROP INDEX inbox_read;
DROP INDEX inbox_ended;
CREATE INDEX page_responder_team ON page_responder (team_id, notified_at, person_id, interruptions);
DROP INDEX page_span;
CREATE INDEX page_span ON page (team_id, triggered_at, resolved_at);
CREATE INDEX page_team ON page (team_id, triggered_at, counts);
DROP INDEX page_latest;
DROP INDEX page_named;
CREATE INDEX page_named ON page (integration_id, page_key);
