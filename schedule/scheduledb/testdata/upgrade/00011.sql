INSERT INTO identity (id, integration_id, match_key, created_at) VALUES (1, 1, 'id:U1', 1796000000);
INSERT INTO page_event (id, integration_id, event_key, page_key, kind, occurred_at, received_at, inbox_id, event) VALUES (1, 1, 'e', 'k', 'triggered', 1796000000000000, 1796000000000000, 1, '{}');
INSERT INTO page (id, integration_id, team_id, page_key, number, opened_by, state, urgency, service, triggered_at, last_event_at, counts, uncovered, folded) VALUES (1, 1, 1, 'k', 0, 'e', 'triggered', 'high', '', 1796000000000000, 1796000000000000, TRUE, FALSE, '{}');
INSERT INTO page_responder (id, page_id, team_id, identity_id, person_id) VALUES (1, 1, 1, 1, 1);
