INSERT INTO shift_note (id, team_id, rotation, at, author_id, written_at, text) VALUES (1, 1, 'primary', 1796000000, 1, 1796000000, 'Look at the disk.');
INSERT INTO handover (id, team_id, rotation, start_at, by_id, at) VALUES (1, 1, 'primary', 1796000000, 1, 1796000000);
