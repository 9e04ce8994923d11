// Package notifydb keeps what people were told in tables.
package notifydb

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"watchbill/api/notify"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A Store implements notify.Store.
type Store struct{ write, read *gorm.DB }

var _ notify.Store = (*Store)(nil)

// New returns a store that uses the given handles.
func New(write, read *gorm.DB) *Store { return &Store{write, read} }

type letterRow struct {
	Topic     string `gorm:"primaryKey"`
	PersonID  int64  `gorm:"primaryKey"`
	Medium    string `gorm:"primaryKey"`
	Kind      string
	Tries     int
	MadeAt    column.Instant
	NextAt    column.Instant
	SentAt    column.Instant
	GivenUpAt column.Instant
	Problem   string
}

func (letterRow) TableName() string { return "outbox" }

func (r *letterRow) value() (notify.Sent, error) {
	return notify.Sent{
		Key: r.Topic, Person: schedule.ID(r.PersonID), Medium: notify.Medium(r.Medium), Kind: notify.Kind(r.Kind), Tries: r.Tries, MadeAt: r.MadeAt.Time, NextAt: r.NextAt.Time,
		SentAt: r.SentAt.Time, GivenUp: r.GivenUpAt.Time, Problem: r.Problem,
	}, nil
}

// atOnce is how many keys one statement asks for.
const atOnce = 500

// Told implements notify.Store.
func (s *Store) Told(ctx context.Context, keys []string) (map[string]bool, error) {
	told := map[string]bool{}
	for some := range slices.Chunk(keys, atOnce) {
		var found []string
		if err := s.read.WithContext(ctx).Table("outbox_told").Where("topic IN ?", some).Pluck("topic", &found).Error; err != nil {
			return nil, rows.Translate(err, "news")
		}
		for _, key := range found {
			told[key] = true
		}
	}
	return told, nil
}

type toldRow struct {
	Topic string `gorm:"primaryKey"`
	At    column.Instant
}

func (toldRow) TableName() string { return "outbox_told" }

// CloseTopic implements notify.Store.
func (s *Store) CloseTopic(ctx context.Context, key string, at time.Time) error {
	row := toldRow{key, column.At(at)}
	return rows.Translate(s.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error, "news %s", key)
}

// Letters implements notify.Store. It asks the writer, which sees what was sent a moment ago.
func (s *Store) Letters(ctx context.Context, key string) (map[notify.Recipient]notify.Sent, error) {
	all, err := rows.Values(s.write.WithContext(ctx).Where("topic = ?", key), (*letterRow).value, "letters")
	letters := make(map[notify.Recipient]notify.Sent, len(all))
	for i := range all {
		letters[notify.Recipient{Person: all[i].Person, Medium: all[i].Medium}] = all[i]
	}
	return letters, err
}

// Claim implements notify.Store: of two who try at once one gets a row.
func (s *Store) Claim(ctx context.Context, l *notify.Sent, now, until time.Time) (bool, error) {
	var claimed []letterRow
	err := s.write.WithContext(ctx).Raw(`INSERT INTO outbox (topic, person_id, medium, kind, tries, made_at, next_at) VALUES (?, ?, ?, ?, 1, ?, ?)
		ON CONFLICT (topic, person_id, medium) DO UPDATE SET tries = outbox.tries + 1, next_at = excluded.next_at
		WHERE outbox.sent_at IS NULL AND outbox.given_up_at IS NULL AND outbox.next_at <= ? RETURNING tries, made_at`,
		l.Key, l.Person, string(l.Medium), string(l.Kind), now.Unix(), until.Unix(), now.Unix()).Scan(&claimed).Error
	if err != nil || len(claimed) == 0 {
		return false, rows.Translate(err, "letter %s", l.Key)
	}
	l.Tries, l.MadeAt, l.NextAt = claimed[0].Tries, claimed[0].MadeAt.Time, until
	return true, nil
}

// Save implements notify.Store. Of a try that took so long that somebody else has begun
// another only that it was sent is noted.
func (s *Store) Save(ctx context.Context, l *notify.Sent) error {
	q := s.write.WithContext(ctx).Model(&letterRow{}).Where("topic = ? AND person_id = ? AND medium = ? AND sent_at IS NULL", l.Key, l.Person, string(l.Medium))
	if l.SentAt.IsZero() {
		q = q.Where("tries = ?", l.Tries)
	}
	err := q.Updates(map[string]any{
		"next_at": column.At(l.NextAt), "sent_at": column.At(l.SentAt), "given_up_at": column.At(l.GivenUp), "problem": l.Problem,
	}).Error
	return rows.Translate(err, "letter %s", l.Key)
}

// Release implements notify.Store.
func (s *Store) Release(ctx context.Context, l *notify.Sent) error {
	q := s.write.WithContext(ctx).Model(&letterRow{}).Where("topic = ? AND person_id = ? AND medium = ? AND sent_at IS NULL AND tries = ?", l.Key, l.Person, string(l.Medium), l.Tries)
	return rows.Translate(q.Updates(map[string]any{"tries": l.Tries - 1, "next_at": column.At(l.NextAt)}).Error, "letter %s", l.Key)
}

// History implements notify.Store.
func (s *Store) History(ctx context.Context, person schedule.ID, most int) ([]notify.Sent, error) {
	return rows.Values(s.read.WithContext(ctx).Where("person_id = ?", person).Order("made_at DESC, topic, medium").Limit(most), (*letterRow).value, "letters")
}

type tallyRow struct {
	Medium  string
	N       int
	Sent    int
	GivenUp int
	Last    column.Instant
}

// Tallies implements notify.Store. What was over before it was told is nothing that failed.
func (s *Store) Tallies(ctx context.Context, since time.Time) (map[notify.Medium]notify.Tally, error) {
	var found []tallyRow
	err := s.read.WithContext(ctx).Raw(`SELECT medium, COUNT(*) AS n, COUNT(sent_at) AS sent, COUNT(given_up_at) AS given_up, MAX(sent_at) AS last
		FROM outbox WHERE made_at >= ? AND problem <> ? GROUP BY medium`, since.Unix(), notify.Overtaken).Scan(&found).Error
	tallies := make(map[notify.Medium]notify.Tally, len(found))
	for i := range found {
		r := &found[i]
		tallies[notify.Medium(r.Medium)] = notify.Tally{Sent: r.Sent, GivenUp: r.GivenUp, Waiting: r.N - r.Sent - r.GivenUp, Last: r.Last.Time}
	}
	return tallies, rows.Translate(err, "letters")
}

// Undelivered implements notify.Store.
func (s *Store) Undelivered(ctx context.Context, since time.Time, most int) ([]notify.Sent, error) {
	q := s.read.WithContext(ctx).Where("made_at >= ? AND sent_at IS NULL AND problem NOT IN ('', ?)", since.Unix(), notify.Overtaken)
	return rows.Values(q.Order("made_at DESC, topic, person_id, medium").Limit(most), (*letterRow).value, "letters")
}

type beganRow struct {
	Kind string `gorm:"primaryKey"`
	At   column.Instant
}

func (beganRow) TableName() string { return "outbox_began" }

// Began implements notify.Store. What a replica has written whose clock was ahead is
// not believed.
func (s *Store) Began(ctx context.Context, kinds []notify.Kind, now time.Time) (map[notify.Kind]time.Time, error) {
	var found []beganRow
	if err := s.read.WithContext(ctx).Where("at <= ?", now.Unix()).Find(&found).Error; err != nil {
		return nil, rows.Translate(err, "kinds of news")
	}
	began := make(map[notify.Kind]time.Time, len(kinds))
	for i := range found {
		began[notify.Kind(found[i].Kind)] = found[i].At.Time
	}
	for _, kind := range kinds {
		if _, known := began[kind]; known {
			continue
		}
		var kept []beganRow // of two replicas the first one's stays
		err := s.write.WithContext(ctx).Raw(`INSERT INTO outbox_began (kind, at) VALUES (?, ?)
			ON CONFLICT (kind) DO UPDATE SET at = CASE WHEN outbox_began.at > excluded.at THEN excluded.at ELSE outbox_began.at END RETURNING kind, at`,
			string(kind), now.Unix()).Scan(&kept).Error
		if err != nil || len(kept) == 0 {
			return nil, rows.Translate(err, "kind of news %s", kind)
		}
		began[kind] = kept[0].At.Time
	}
	return began, nil
}

// Forget implements notify.Store.
func (s *Store) Forget(ctx context.Context, before time.Time) error {
	if err := s.write.WithContext(ctx).Where("made_at < ?", before.Unix()).Delete(&letterRow{}).Error; err != nil {
		return rows.Translate(err, "letters")
	}
	return rows.Translate(s.write.WithContext(ctx).Where("at < ?", before.Unix()).Delete(&toldRow{}).Error, "news")
}

type choiceRow struct {
	PersonID int64  `gorm:"primaryKey"`
	Kind     string `gorm:"primaryKey"`
	Medium   string `gorm:"primaryKey"`
	Wanted   bool
}

func (choiceRow) TableName() string { return "outbox_choice" }

// noted puts a choice to those of the same person or kind.
func noted[K comparable](chosen map[K]notify.Chosen, of K, r *choiceRow) {
	if chosen[of] == nil {
		chosen[of] = notify.Chosen{}
	}
	chosen[of][notify.Medium(r.Medium)] = r.Wanted
}

// Chosen implements notify.Store.
func (s *Store) Chosen(ctx context.Context, kind notify.Kind, people []schedule.ID) (map[schedule.ID]notify.Chosen, error) {
	chosen := map[schedule.ID]notify.Chosen{}
	for some := range slices.Chunk(people, atOnce) {
		var found []choiceRow
		if err := s.read.WithContext(ctx).Where("kind = ? AND person_id IN ?", string(kind), some).Find(&found).Error; err != nil {
			return nil, rows.Translate(err, "choices")
		}
		for i := range found {
			noted(chosen, schedule.ID(found[i].PersonID), &found[i])
		}
	}
	return chosen, nil
}

// Choices implements notify.Store.
func (s *Store) Choices(ctx context.Context, person schedule.ID) (map[notify.Kind]notify.Chosen, error) {
	var found []choiceRow
	err := s.read.WithContext(ctx).Where("person_id = ?", person).Find(&found).Error
	chosen := map[notify.Kind]notify.Chosen{}
	for i := range found {
		noted(chosen, notify.Kind(found[i].Kind), &found[i])
	}
	return chosen, rows.Translate(err, "choices of person %d", person)
}

// SetChoices implements notify.Store.
func (s *Store) SetChoices(ctx context.Context, person schedule.ID, choices map[notify.Kind]notify.Chosen) error {
	var all []choiceRow
	for kind, chosen := range choices {
		for medium, wanted := range chosen {
			all = append(all, choiceRow{int64(person), string(kind), string(medium), wanted})
		}
	}
	if len(all) == 0 {
		return nil
	}
	// In one order always: of two who save at once none waits for the other for ever.
	slices.SortFunc(all, func(a, b choiceRow) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Medium, b.Medium))
	})
	err := s.write.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&all).Error
	return rows.Translate(err, "choices of person %d", person)
}

type leadRow struct {
	PersonID int64 `gorm:"primaryKey"`
	Minutes  int64
}

func (leadRow) TableName() string { return "outbox_lead" }

// Leads implements notify.Store.
func (s *Store) Leads(ctx context.Context, people ...schedule.ID) (map[schedule.ID]time.Duration, error) {
	q := s.read.WithContext(ctx)
	if len(people) > 0 {
		q = q.Where("person_id IN ?", people)
	}
	var found []leadRow
	err := q.Find(&found).Error
	leads := make(map[schedule.ID]time.Duration, len(found))
	for i := range found {
		leads[schedule.ID(found[i].PersonID)] = time.Duration(found[i].Minutes) * time.Minute
	}
	return leads, rows.Translate(err, "choices")
}

// SetLead implements notify.Store.
func (s *Store) SetLead(ctx context.Context, person schedule.ID, lead time.Duration) error {
	row := leadRow{int64(person), int64(lead / time.Minute)}
	err := s.write.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	return rows.Translate(err, "choices of person %d", person)
}

// Refused implements notify.Store.
func (s *Store) Refused(ctx context.Context, people []schedule.ID) (map[schedule.ID]string, error) {
	var last []letterRow
	err := s.read.WithContext(ctx).Raw(`SELECT person_id, medium, sent_at, given_up_at, problem FROM (
		SELECT o.*, ROW_NUMBER() OVER (PARTITION BY person_id, medium ORDER BY COALESCE(sent_at, given_up_at) DESC, topic) AS n
		FROM outbox o WHERE person_id IN ? AND (sent_at IS NOT NULL OR given_up_at IS NOT NULL)) x WHERE n = 1 ORDER BY medium`, people).Scan(&last).Error
	refused, arrived := map[schedule.ID]string{}, map[schedule.ID]bool{}
	for i := range last {
		r := &last[i]
		if id := schedule.ID(r.PersonID); !r.SentAt.IsZero() {
			arrived[id] = true
		} else {
			refused[id] = cmp.Or(r.Problem, "nobody took it")
		}
	}
	for id := range arrived {
		delete(refused, id)
	}
	return refused, rows.Translate(err, "last letters")
}
