INSERT INTO membership_change (team_id, person_id, from_day, share, on_call, created_at) VALUES (1, 1, '2027-01-01', 500, TRUE, 1796000000);
INSERT INTO team_setup (owner_id, state, updated_at) VALUES (1, '{}', 1796000000);
