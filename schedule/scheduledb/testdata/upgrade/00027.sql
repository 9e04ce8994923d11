INSERT INTO indicator (team_id, name, from_day, week, version, value, whole, source, at, by_id) VALUES (1, 'toil_share', '2026-10-01', FALSE, 1, 0.3, 0, 'hand', 1796000000, 1)
INSERT INTO indicator (team_id, name, from_day, week, version, value, whole, source, at, by_id) VALUES (1, 'toil_share', '2026-10-01', FALSE, 2, NULL, 0, 'api', 1796000100, NULL)
