INSERT INTO notice (id, page_id, team_id, identity_id, person_id, at, rings) VALUES (1, 1, 1, 1, 1, 1796000000000000, TRUE);
INSERT INTO burden_state (team_id, since_day, version, until_at, config) VALUES (1, '2026-11-23', 1, 1796000400, 'th-1');
INSERT INTO burden_clock (id, person_id, from_at, zone, works, sleeps) VALUES (1, 1, 0, 'Europe/Berlin', '', '');
INSERT INTO burden_mark (id, team_id, person_id, from_at, to_at) VALUES (1, 1, 1, 1796000000, 1796000001);
INSERT INTO burden_duty (id, team_id, person_id, level, start_at, end_at) VALUES (1, 1, 1, 1, 1796000000, 1796000400);
INSERT INTO burden_day (team_id, config, person_id, day, tally, open) VALUES (1, 'th-1', 1, '2026-11-29', '{}', '{}');
INSERT INTO burden_person_week (team_id, config, week, person_id, tally) VALUES (1, 'th-1', '2026-11-23', 1, '{}');
INSERT INTO burden_team_week (team_id, config, week, level1, on_call, engaged, interruptions, wakeups, off_hours, nights, incidents, quiet, measure) VALUES (1, 'th-1', '2026-11-23', 0, 0, 0, 0, 0, 0, 0, 0, 1, '{}');
