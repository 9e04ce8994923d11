INSERT INTO account (person_id, password, subject, admin, created_at) VALUES (1, '$argon2id$', 'https://sso.example 7', TRUE, 1790000000);
INSERT INTO setup (id, code_hash, created_at) VALUES (1, 'x', 1790000000);
INSERT INTO session (token_hash, person_id, epoch, created_at, seen_at, expires_at) VALUES ('s', 1, 0, 1796000000, 1796000000, 1896000000);
INSERT INTO token (token_hash, person_id, name, scope, created_at, expires_at) VALUES ('t', 1, 'bot', 'read', 1796000000, 1896000000);
INSERT INTO invitation (token_hash, email, team_id, created_at, expires_at) VALUES ('i', 'new@example.com', 1, 1796000000, 1896000000);
INSERT INTO attempt (name, failures, last_at, until_at) VALUES ('a', 3, 1796000000, 1796000008);
