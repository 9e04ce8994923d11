-- +goose Up

-- What pages did to people moves the next plan: in percent, nothing is off; by so many
-- points for anybody in one plan at most; and from which day on pages count.
ALTER TABLE team ADD COLUMN repay_gain BIGINT NOT NULL DEFAULT 0;
ALTER TABLE team ADD COLUMN repay_cap BIGINT NOT NULL DEFAULT 0;
ALTER TABLE team ADD COLUMN repay_since TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE team DROP COLUMN repay_since;
ALTER TABLE team DROP COLUMN repay_cap;
ALTER TABLE team DROP COLUMN repay_gain;
