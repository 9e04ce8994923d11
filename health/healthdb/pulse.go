package healthdb

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"

	"gorm.io/gorm"
)

type waveRow struct {
	ID         int64 `gorm:"primaryKey"`
	TeamID     int64
	Number     int
	Kind, Zone string
	OpensAt    column.Instant
	ClosesAt   column.Instant
	Least      int
	LeastSaid  int
	Invited    int
	Items      string
	State      string
	Round      int
}

func (waveRow) TableName() string { return "pulse_wave" }

func (r *waveRow) value() (health.PulseWave, error) {
	w := health.PulseWave{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Number: r.Number, Kind: r.Kind, Zone: r.Zone, Opens: r.OpensAt.Time, Closes: r.ClosesAt.Time,
		Least: r.Least, LeastSaid: r.LeastSaid, Invited: r.Invited, State: r.State, Round: r.Round,
	}
	return w, json.Unmarshal([]byte(r.Items), &w.Questions)
}

type invitationRow struct{ WaveID, PersonID int64 }

func (invitationRow) TableName() string { return "pulse_invitation" }

type linkRow struct {
	Hash   string
	WaveID int64
}

func (linkRow) TableName() string { return "pulse_link" }

type boxRow struct {
	WaveID         int64 `gorm:"primaryKey"`
	KeyName        string
	Links, Answers []byte
}

func (boxRow) TableName() string { return "pulse_box" }

func (r *boxRow) value() (health.PulseBox, error) {
	return health.PulseBox{Key: r.KeyName, Links: r.Links, Answers: r.Answers}, nil
}

type pulseResultRow struct {
	WaveID int64
	Doc    string
}

func (pulseResultRow) TableName() string { return "pulse_result" }

type pulseCommentRow struct {
	ID     string
	WaveID int64
	Text   string
}

func (pulseCommentRow) TableName() string { return "pulse_comment" }

// AddWave opens a wave. The index over open waves keeps it alone.
func (s *Store) AddWave(ctx context.Context, w *health.PulseWave, people []schedule.ID, links []string, box *health.PulseBox) error {
	items, err := text(w.Questions)
	if err != nil {
		return err
	}
	if err := s.to(ctx).Model(&waveRow{}).Where("team_id = ?", w.Team).Select("COALESCE(MAX(number), 0) + 1").Scan(&w.Number).Error; err != nil {
		return translate(err, "waves of team %d", w.Team)
	}
	row := waveRow{
		TeamID: int64(w.Team), Number: w.Number, Kind: w.Kind, Zone: w.Zone, OpensAt: column.At(w.Opens), ClosesAt: column.At(w.Closes),
		Least: w.Least, LeastSaid: w.LeastSaid, Invited: w.Invited, Items: items, State: w.State, Round: w.Round,
	}
	if err := s.to(ctx).Create(&row).Error; err != nil {
		return translate(err, "the team is being asked already")
	}
	w.ID = schedule.ID(row.ID)
	invitations := make([]invitationRow, len(people))
	for i, p := range people {
		invitations[i] = invitationRow{row.ID, int64(p)}
	}
	to := make([]linkRow, len(links))
	for i, hash := range links {
		to[i] = linkRow{hash, row.ID}
	}
	return translate(errors.Join(s.to(ctx).CreateInBatches(&invitations, 500).Error, s.to(ctx).CreateInBatches(&to, 500).Error,
		s.to(ctx).Create(&boxRow{row.ID, box.Key, box.Links, box.Answers}).Error), "wave %d", row.ID)
}

// Waves returns a team's waves, the newest first.
func (s *Store) Waves(ctx context.Context, team schedule.ID) ([]health.PulseWave, error) {
	return values(s.from(ctx).Where("team_id = ?", team).Order("number DESC"), (*waveRow).value, "waves")
}

// Wave returns a wave by its number in the team.
func (s *Store) Wave(ctx context.Context, team schedule.ID, number int) (health.PulseWave, error) {
	return one(s.from(ctx).Where("team_id = ? AND number = ?", team, number), (*waveRow).value, "wave", number)
}

// WaveByLink returns where a link leads.
func (s *Store) WaveByLink(ctx context.Context, hash string) (health.PulseWave, error) {
	q := s.from(ctx).Where("id = (SELECT wave_id FROM pulse_link WHERE hash = ?)", hash)
	var row waveRow
	if err := q.Take(&row).Error; err != nil { // what was asked for is a secret
		return health.PulseWave{}, translate(err, "wave of a link")
	}
	return row.value()
}

// OpenWaves returns the waves that are open.
func (s *Store) OpenWaves(ctx context.Context, person schedule.ID) ([]health.PulseWave, error) {
	q := s.from(ctx).Where("state = ?", health.PulseOpen).Order("closes_at, id")
	if person != 0 {
		q = q.Where("id IN (SELECT wave_id FROM pulse_invitation WHERE person_id = ?)", person)
	}
	return values(q, (*waveRow).value, "open waves")
}

// WavesSince returns the waves of all teams that close, or have closed, at an instant or
// later, by id.
func (s *Store) WavesSince(ctx context.Context, since time.Time) ([]health.PulseWave, error) {
	return values(s.from(ctx).Where("closes_at >= ?", since.Unix()).Order("id"), (*waveRow).value, "waves")
}

// Box returns what is sealed of a wave.
func (s *Store) Box(ctx context.Context, wave schedule.ID) (health.PulseBox, error) {
	q := s.from(ctx)
	if s.within() {
		q = rows.Lock(q, "pulse_box")
	}
	return one(q.Where("wave_id = ?", wave), (*boxRow).value, "box of wave", wave)
}

// within says whether the store is one of a transaction.
func (s *Store) within() bool {
	_, ok := s.write.Statement.ConnPool.(gorm.TxCommitter)
	return ok
}

// SaveAnswers replaces what was answered.
func (s *Store) SaveAnswers(ctx context.Context, wave schedule.ID, sealed []byte) error {
	return translate(affected(s.to(ctx).Model(&boxRow{}).Where("wave_id = ?", wave).Update("answers", sealed)), "box of wave %d", wave)
}

// CloseWave ends a wave.
func (s *Store) CloseWave(ctx context.Context, wave schedule.ID, result *health.PulseDoc, comments []string) error {
	doc, err := text(result)
	if err != nil {
		return err
	}
	all := make([]pulseCommentRow, len(comments))
	for i, c := range comments {
		all[i] = pulseCommentRow{randomID(), int64(wave), c}
	}
	slices.SortFunc(all, func(a, b pulseCommentRow) int { // they stand as they are written
		return strings.Compare(a.ID, b.ID)
	})
	if err := affected(s.to(ctx).Where("wave_id = ?", wave).Delete(&boxRow{})); err != nil {
		return translate(err, "box of wave %d", wave)
	}
	if err := s.to(ctx).Create(&pulseResultRow{int64(wave), doc}).Error; err != nil {
		return translate(err, "result of wave %d", wave)
	}
	if len(all) > 0 {
		if err := s.to(ctx).CreateInBatches(&all, 500).Error; err != nil {
			return translate(err, "comments of wave %d", wave)
		}
	}
	return translate(affected(s.to(ctx).Model(&waveRow{}).Where("id = ?", wave).Update("state", health.PulseClosed)), "wave %d", wave)
}

func randomID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// WaveResult returns what was published of a wave.
func (s *Store) WaveResult(ctx context.Context, wave schedule.ID) (health.PulseDoc, error) {
	return one(s.from(ctx).Where("wave_id = ?", wave), func(r *pulseResultRow) (d health.PulseDoc, err error) {
		return d, json.Unmarshal([]byte(r.Doc), &d)
	}, "result of wave", wave)
}

// TeamResults returns what was published of a team's waves, by wave.
func (s *Store) TeamResults(ctx context.Context, team schedule.ID) (map[schedule.ID]health.PulseDoc, error) {
	var all []pulseResultRow
	if err := s.from(ctx).Where("wave_id IN (SELECT id FROM pulse_wave WHERE team_id = ?)", team).Find(&all).Error; err != nil {
		return nil, translate(err, "results of team %d", team)
	}
	out := make(map[schedule.ID]health.PulseDoc, len(all))
	for i := range all {
		var d health.PulseDoc
		if err := json.Unmarshal([]byte(all[i].Doc), &d); err != nil {
			return nil, err
		}
		out[schedule.ID(all[i].WaveID)] = d
	}
	return out, nil
}

// ForgetComments removes the comments of waves that closed before a moment, and of rounds
// before a number.
func (s *Store) ForgetComments(ctx context.Context, before time.Time, round int) error {
	if err := s.to(ctx).Where("wave_id IN (SELECT id FROM pulse_wave WHERE closes_at < ?)", before.Unix()).Delete(&pulseCommentRow{}).Error; err != nil {
		return translate(err, "comments")
	}
	return translate(s.to(ctx).Where("round < ?", round).Delete(&roundCommentRow{}).Error, "comments")
}

// WaveComments returns the comments that the team sees.
func (s *Store) WaveComments(ctx context.Context, wave schedule.ID) ([]string, error) {
	return values(s.from(ctx).Where("wave_id = ?", wave).Order("id"), func(r *pulseCommentRow) (string, error) { return r.Text, nil }, "comments")
}

type keyRow struct {
	Name   string
	Secret string
}

func (keyRow) TableName() string { return "pulse_key" }

var _ health.PulseKeys = (*Store)(nil)

// MakeKey makes the key of a wave and keeps it in a table.
func (s *Store) MakeKey(ctx context.Context, name string) ([]byte, error) {
	key := make([]byte, health.PulseKeyBytes)
	_, _ = rand.Read(key) // never fails
	return key, translate(s.to(ctx).Create(&keyRow{name, base64.StdEncoding.EncodeToString(key)}).Error, "key of a wave")
}

// Key returns the key of a wave.
func (s *Store) Key(ctx context.Context, name string) ([]byte, error) {
	return one(s.from(ctx).Where("name = ?", name), func(r *keyRow) ([]byte, error) { return base64.StdEncoding.DecodeString(r.Secret) }, "key of", "a wave")
}

// ForgetKey removes the key of a wave.
func (s *Store) ForgetKey(ctx context.Context, name string) error {
	return translate(s.to(ctx).Where("name = ?", name).Delete(&keyRow{}).Error, "key of a wave")
}

// Kept returns the names of the keys in the table.
func (s *Store) Kept(ctx context.Context) ([]string, error) {
	return values(s.from(ctx), func(r *keyRow) (string, error) { return r.Name, nil }, "keys of waves")
}

// NamedKeys returns the names of the keys of everything that is sealed, in order.
func (s *Store) NamedKeys(ctx context.Context) ([]string, error) {
	var names []string
	err := s.from(ctx).Raw("SELECT key_name FROM pulse_box UNION SELECT key_name FROM pulse_pool UNION SELECT key_name FROM diary").Scan(&names).Error
	slices.Sort(names) // as Go orders them, whatever the database's language
	return names, translate(err, "names of keys")
}

type pulsePolicyRow struct {
	TeamID  int64 `gorm:"primaryKey"`
	Version int
	Doc     string
}

func (pulsePolicyRow) TableName() string { return "pulse_policy" }

// PulsePolicy returns when and what a team is asked.
func (s *Store) PulsePolicy(ctx context.Context, team schedule.ID) (health.PulsePolicy, error) {
	return one(s.from(ctx).Where("team_id = ?", team), (*pulsePolicyRow).value, "pulse policy of team", team)
}

// PulsePolicies returns when and what teams are asked.
func (s *Store) PulsePolicies(ctx context.Context) ([]health.PulsePolicy, error) {
	return values(s.from(ctx).Order("team_id"), (*pulsePolicyRow).value, "pulse policies")
}

func (r *pulsePolicyRow) value() (health.PulsePolicy, error) {
	p := health.PulsePolicy{Team: schedule.ID(r.TeamID), Version: r.Version}
	return p, json.Unmarshal([]byte(r.Doc), &p)
}

// SetPulsePolicy replaces a policy.
func (s *Store) SetPulsePolicy(ctx context.Context, p *health.PulsePolicy) error {
	doc, err := text(p)
	if err != nil {
		return err
	}
	row := pulsePolicyRow{int64(p.Team), p.Version + 1, doc}
	if p.Version == 0 {
		return translate(s.to(ctx).Create(&row).Error, "somebody has said when the team is asked meanwhile")
	}
	err = affected(s.to(ctx).Model(&pulsePolicyRow{}).Where("team_id = ? AND version = ?", p.Team, p.Version).Updates(map[string]any{"version": row.Version, "doc": doc}))
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = gorm.ErrDuplicatedKey // there is a newer one
	}
	return translate(err, "somebody has changed when the team is asked meanwhile")
}

type pulseSaidRow struct {
	WaveID    int64
	Version   int
	Said, Did string
	At        column.Instant
	ByID      *int64
}

func (pulseSaidRow) TableName() string { return "pulse_said" }

// AddPulseSaid keeps a version of what became of a wave.
func (s *Store) AddPulseSaid(ctx context.Context, v *health.PulseSaid) error {
	row := pulseSaidRow{int64(v.Wave), v.Version, v.Said, v.Did, column.At(v.At), ref(v.By)}
	return translate(s.to(ctx).Create(&row).Error, "somebody has written about this wave meanwhile")
}

// PulseSaid returns the newest version of what became of a wave.
func (s *Store) PulseSaid(ctx context.Context, wave schedule.ID) (health.PulseSaid, error) {
	v := health.PulseSaid{Wave: wave}
	var row pulseSaidRow
	err := s.from(ctx).Where("wave_id = ?", wave).Order("version DESC").Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return v, nil
	}
	v.Version, v.Said, v.Did, v.At, v.By = row.Version, row.Said, row.Did, row.At.Time, id(row.ByID)
	return v, translate(err, "what became of a wave")
}

// InDurableTx is InTx whose commit waits until what was written is on the disk, also where
// the database is set up not to.
func (s *Store) InDurableTx(ctx context.Context, f func(health.Store) error) error {
	if !s.lite() {
		return s.InTx(ctx, func(t health.Store) error {
			if err := t.(*Store).to(ctx).Exec(durablePost).Error; err != nil {
				return err
			}
			return f(t)
		})
	}
	return s.write.WithContext(ctx).Connection(func(conn *gorm.DB) error {
		if err := conn.Exec("PRAGMA synchronous=FULL").Error; err != nil {
			return err
		}
		defer conn.WithContext(context.WithoutCancel(ctx)).Exec("PRAGMA synchronous=NORMAL")
		return New(conn, conn).InTx(ctx, f)
	})
}

// InvitedTo returns who was asked in a wave, by id.
func (s *Store) InvitedTo(ctx context.Context, wave schedule.ID) ([]schedule.ID, error) {
	return values(s.from(ctx).Where("wave_id = ?", wave).Order("person_id"), func(r *invitationRow) (schedule.ID, error) { return schedule.ID(r.PersonID), nil }, "invitations")
}
