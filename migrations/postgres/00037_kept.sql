-- +goose Up

-- The Monday of the first week of which all pages are kept; '' while none was removed. What
-- was measured before it is never measured again.
ALTER TABLE burden_state ADD COLUMN kept_from TEXT NOT NULL DEFAULT '';

-- What was removed because it had been kept for long enough, by day. Of whom it was is gone
-- with it.
CREATE TABLE removal (
    day      TEXT    NOT NULL, -- of UTC
    kind     TEXT    NOT NULL, -- page, day, result …
    n        BIGINT  NOT NULL,
    older_at BIGINT  NOT NULL, -- than this it was
    PRIMARY KEY (day, kind)
);

-- Events that are about no page are found by their age.
CREATE INDEX page_event_loose ON page_event (occurred_at) WHERE page_key = '' OR kind IN ('oncall_shift', 'identity', 'alert_created', 'alert_resolved', 'incident_declared', 'incident_status', 'ping', 'alert_log');
CREATE INDEX check_in_link_created ON check_in_link (created_at);

-- +goose Down
DROP INDEX check_in_link_created;
DROP INDEX page_event_loose;
DROP TABLE removal;
ALTER TABLE burden_state DROP COLUMN kept_from;
