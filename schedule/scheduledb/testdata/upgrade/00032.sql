INSERT INTO outbox (topic, person_id, kind, tries, made_at, next_at, sent_at) VALUES ('cover.asked 1', 1, 'cover.asked', 1, 1764583200, 1764583500, 1764583201)
INSERT INTO outbox_told (topic, at) VALUES ('cover.asked 1', 1764583201)
INSERT INTO outbox_muted (person_id, kind) VALUES (1, 'pulse.results')
