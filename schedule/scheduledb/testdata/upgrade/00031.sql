INSERT INTO warning (id, team_id, week, cause, config, at, doc, ended) VALUES (1, 1, '2026-10-05', 'rest', 'th-1', 1796000000, '{}', '2026-10-12')
INSERT INTO warning_answer (warning_id, version, text, at, by_id) VALUES (1, 1, 'We looked.', 1796000100, 1)
INSERT INTO warning_look (team_id, week) VALUES (1, '2026-10-05')
