INSERT INTO burden_block (config, block, team_id, weeks, quiet, level1, interruptions, wakeups, off_hours, nights, incidents, notices, people, few) VALUES ('th-1', '2026-11-02', 1, 4, 4, 0, 0, 0, 0, 0, 0, 0, 1, '1 ');
INSERT INTO burden_block_mark (team_id, config, week) VALUES (1, 'th-1', '2026-11-30');
INSERT INTO burden_prior (quarter, config, made_at, doc) VALUES ('2026-Q4', 'th-1', 1796000400, '{"from":"2025-10-06","until":"2026-10-05","teams":10,"oncall_weeks":520,"prior":{"wake":{"m0":0.7,"b":1}}}');
