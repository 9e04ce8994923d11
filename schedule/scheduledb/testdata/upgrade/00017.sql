INSERT INTO past_table (id, team_id, integration_id, name, size, sum, encoding, mapping, state, added_at, added_by) VALUES (1, 1, 1, 'past.csv', 100, 'abc', 'utf-8', '{}', 'done', 1796000000, 1);
INSERT INTO past_row (table_id, page_key, integration_id, number, events) VALUES (1, 'Q1', 1, 2, '[]');
