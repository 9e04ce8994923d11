INSERT INTO outbox_choice (person_id, kind, medium, wanted) VALUES (1, 'pulse.results', 'slack', TRUE)
