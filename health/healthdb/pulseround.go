package healthdb

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"watchbill/health"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm/clause"
)

type poolRow struct {
	Round   int `gorm:"primaryKey"`
	KeyName string
	Sealed  []byte
}

func (poolRow) TableName() string { return "pulse_pool" }

func (r *poolRow) value() (health.PulsePool, error) {
	return health.PulsePool{Round: r.Round, Key: r.KeyName, Sealed: r.Sealed}, nil
}

type roundRow struct {
	Round int
	Doc   string
}

func (roundRow) TableName() string { return "pulse_round" }

func (r *roundRow) value() (health.PulseRound, error) {
	round := health.PulseRound{Number: r.Round}
	return round, json.Unmarshal([]byte(r.Doc), &round.PulseRoundDoc)
}

type roundCommentRow struct {
	ID    string
	Round int
	Text  string
}

func (roundCommentRow) TableName() string { return "pulse_round_comment" }

type overlapRow struct {
	TeamID          int64
	Round           int
	Invited, Common int
	Doc             string
}

// Overlaps returns the closed waves in which people of a wave were asked.
func (s *Store) Overlaps(ctx context.Context, wave schedule.ID) ([]health.PulseOverlap, error) {
	shared := s.from(ctx).Table("pulse_invitation AS mine").
		Joins("JOIN pulse_invitation AS other ON other.person_id = mine.person_id AND other.wave_id <> mine.wave_id").
		Where("mine.wave_id = ?", wave).Group("other.wave_id").Select("other.wave_id, COUNT(*) AS common")
	q := s.from(ctx).Table("pulse_wave AS w").Joins("JOIN (?) AS shared ON shared.wave_id = w.id", shared).
		Joins("JOIN pulse_result AS r ON r.wave_id = w.id").Select("w.team_id, w.round, w.invited, shared.common, r.doc").Order("w.id")
	return values(q, func(r *overlapRow) (health.PulseOverlap, error) {
		o := health.PulseOverlap{Team: schedule.ID(r.TeamID), Round: r.Round, Invited: r.Invited, Common: r.Common}
		return o, json.Unmarshal([]byte(r.Doc), &o.Doc)
	}, "what was published of people of a wave")
}

// RoundWaves returns the waves that go up to a round.
func (s *Store) RoundWaves(ctx context.Context, round int) ([]health.PulseWave, error) {
	return values(s.from(ctx).Where("round = ?", round).Order("team_id, number"), (*waveRow).value, "waves of a round")
}

// AddPool makes the pool of a round.
func (s *Store) AddPool(ctx context.Context, p *health.PulsePool) (bool, error) {
	done := s.to(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&poolRow{p.Round, p.Key, p.Sealed})
	return done.RowsAffected > 0, translate(done.Error, "pool of round %d", p.Round)
}

// Pool returns what is carried to a round.
func (s *Store) Pool(ctx context.Context, round int) (health.PulsePool, error) {
	q := s.from(ctx)
	if s.within() {
		q = rows.Lock(q, "pulse_pool")
	}
	return one(q.Where("round = ?", round), (*poolRow).value, "pool of round", round)
}

// SavePool replaces what is carried.
func (s *Store) SavePool(ctx context.Context, p *health.PulsePool) error {
	return translate(affected(s.to(ctx).Model(&poolRow{}).Where("round = ?", p.Round).Update("sealed", p.Sealed)), "pool of round %d", p.Round)
}

// PoolsBefore returns the rounds before one that are not published.
func (s *Store) PoolsBefore(ctx context.Context, round int) ([]int, error) {
	return values(s.from(ctx).Where("round < ?", round).Order("round"), func(r *poolRow) (int, error) { return r.Round, nil }, "pools")
}

// AddRound publishes a round.
func (s *Store) AddRound(ctx context.Context, r *health.PulseRound, comments []string) error {
	doc, err := text(r.PulseRoundDoc)
	if err != nil {
		return err
	}
	if err := affected(s.to(ctx).Where("round = ?", r.Number).Delete(&poolRow{})); err != nil {
		return translate(err, "pool of round %d", r.Number)
	}
	if err := s.to(ctx).Create(&roundRow{r.Number, doc}).Error; err != nil {
		return translate(err, "round %d", r.Number)
	}
	all := make([]roundCommentRow, len(comments))
	for i, c := range comments {
		all[i] = roundCommentRow{randomID(), r.Number, c}
	}
	slices.SortFunc(all, func(a, b roundCommentRow) int { // they stand as they are written
		return strings.Compare(a.ID, b.ID)
	})
	if len(all) == 0 {
		return nil
	}
	return translate(s.to(ctx).CreateInBatches(&all, 500).Error, "comments of round %d", r.Number)
}

// Rounds returns what was published of all teams together, the newest first.
func (s *Store) Rounds(ctx context.Context) ([]health.PulseRound, error) {
	return values(s.from(ctx).Order("round DESC"), (*roundRow).value, "rounds")
}

// RoundComments returns the comments that went up to a round.
func (s *Store) RoundComments(ctx context.Context, number int) ([]string, error) {
	return values(s.from(ctx).Where("round = ?", number).Order("id"), func(r *roundCommentRow) (string, error) { return r.Text, nil }, "comments")
}
