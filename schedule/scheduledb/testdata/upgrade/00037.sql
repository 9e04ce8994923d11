INSERT INTO removal (day, kind, n, older_at) VALUES ('2026-11-01', 'page', 3, 1759276800)
