-- +goose Up

-- What is to be done is found among just that, however much was done before.
CREATE INDEX draft_at_work ON draft (id) WHERE state IN ('queued', 'running');
CREATE INDEX request_open ON request (team_id) WHERE state = 'open';

-- +goose Down
DROP INDEX request_open;
DROP INDEX draft_at_work;
