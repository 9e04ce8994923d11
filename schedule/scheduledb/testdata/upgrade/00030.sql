INSERT INTO pulse_pool (round, key_name, sealed) VALUES (338, 'd4', 'sealed')
INSERT INTO pulse_round (round, doc) VALUES (337, '{"published":false,"reason":"few_teams"}')
INSERT INTO pulse_round_comment (id, round, text) VALUES ('e5', 337, 'It rings too often.')
