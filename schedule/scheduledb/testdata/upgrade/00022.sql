INSERT INTO review (team_id, week, zone, config, made_at, doc) VALUES (1, '2026-11-23', 'Europe/Berlin', 'th-1', 1796000000, '{"version":1}');
INSERT INTO review_note (team_id, week, version, text, at, by_id) VALUES (1, '2026-11-23', 1, 'We mend the queue.', 1796000000, 1);
