INSERT INTO reset (token_hash, person_id, created_at, expires_at) VALUES ('r', 1, 1796000000, 1896000000);
