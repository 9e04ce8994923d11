INSERT INTO pull_key (integration_id, api_key, region) VALUES (1, 'key', 'eu');
INSERT INTO pull (id, integration_id, from_at, until_at, nightly, asked_at, asked_by, state, due_at) VALUES (1, 1, 1790000000, 1792000000, FALSE, 1796000000, 1, 'done', 1796000000);
