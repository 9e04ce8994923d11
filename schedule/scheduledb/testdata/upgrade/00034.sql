INSERT INTO diary (person_id, key_name, sealed) VALUES (1, 'f6', 'sealed')
