INSERT INTO membership_terms (team_id, person_id, from_day, skills, created_at) VALUES (1, 1, '2027-01-01', 'db', 1796000000);
