INSERT INTO calendar_import (kind, owner_id, team_id, label, created_at) VALUES ('shifts', 1, 1, 'Old pager', 1796000000);
INSERT INTO imported_holiday (import_id, day, name) VALUES (1, '2026-12-25', 'Christmas');
INSERT INTO imported_shift (import_id, person_id, rotation, start_at, end_at) VALUES (1, 1, 'primary', 1790000000, 1790600000);
INSERT INTO imported_balance (import_id, person_id, points) VALUES (1, 1, -500);
