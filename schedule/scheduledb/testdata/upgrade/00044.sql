INSERT INTO membership_past (team_id, person_id, manager, on_call, from_day, until_day) VALUES (1, 1, FALSE, TRUE, '2025-01-01', '2026-11-30');
