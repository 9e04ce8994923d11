INSERT INTO check_in (id, integration_id, page_key, opened_by, team_id, at, person_id, said_at) VALUES (1, 1, 'k', 'e', 1, 1796000000000000, 1, 1796000000000000);
INSERT INTO check_in_link (id, integration_id, page_key, opened_by, person_id, hash, created_at) VALUES (1, 1, 'k', 'e', 1, 'h', 1796000000000000);
