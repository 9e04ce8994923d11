INSERT INTO integration (id, team_id, vendor, name, token_hash, zone, created_at) VALUES (1, 1, 'pagerduty', 'Pager', 'hash', 'Europe/Berlin', 1796000000);
INSERT INTO inbox (id, integration_id, received_at, delivery_key, headers, next_at) VALUES (1, 1, 1796000000000000, 'id:1', '{}', 1796000000000000);
INSERT INTO delivery_count (integration_id, day, kind, n) VALUES (1, '2026-11-30', 'taken', 1);
