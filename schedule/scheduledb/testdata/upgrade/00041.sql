INSERT INTO outbox_began (kind, at) VALUES ('shift.changed', 1796000400)
INSERT INTO outbox_lead (person_id, minutes) VALUES (1, 180)
