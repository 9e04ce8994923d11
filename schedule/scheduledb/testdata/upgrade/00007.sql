INSERT INTO idempotency (name, request, created_at) VALUES ('k', 'q', 1796000000);
