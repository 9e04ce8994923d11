INSERT INTO shifts_seen (person_id, seen_at) VALUES (1, 1796000000);
