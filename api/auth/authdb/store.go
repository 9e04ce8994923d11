// Package authdb keeps accounts, sessions, tokens and invitations in tables.
package authdb

import (
	"context"
	"errors"
	"time"

	"watchbill/api/auth"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/migrations/tx"
	"watchbill/schedule"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A Store implements auth.Store.
type Store struct {
	write, read *gorm.DB
	inTx        bool
}

var _ auth.Store = (*Store)(nil)

// New returns a store that writes and reads through the given handles, which may
// be the same.
func New(write, read *gorm.DB) *Store { return &Store{write: write, read: read} }

// InTx runs f in one transaction, again when the database ended it for others.
func (s *Store) InTx(ctx context.Context, f func(auth.Store) error) error {
	return tx.Run(ctx, s.write, func(w *gorm.DB) error { return f(&Store{w, w, true}) })
}

func (s *Store) from(ctx context.Context) *gorm.DB { return s.read.WithContext(ctx) }
func (s *Store) to(ctx context.Context) *gorm.DB   { return s.write.WithContext(ctx) }

// locked keeps others from changing the rows of a table until the transaction
// ends. SQLite has one writer and needs no more; gorm leaves the clause out there.
// References to the rows may still be made.
func (s *Store) locked(q *gorm.DB, table string) *gorm.DB {
	if !s.inTx {
		return q
	}
	return rows.Lock(q, table)
}

// What all stores do alike.
var (
	ref   = rows.Ref[int64]
	deref = rows.ID[int64]
)

// translate turns gorm's errors into the domain's and says what was asked for.
func translate(err error, what string) error {
	if errors.Is(err, gorm.ErrForeignKeyViolated) { // of a team, say, that is not there
		err = gorm.ErrRecordNotFound
	}
	return rows.Translate(err, "%s", what)
}

// affected says that a write must have met a row.
func affected(tx *gorm.DB, what string) error { return translate(rows.Affected(tx), what) }

type valuer[V any] interface{ value() V }

// values reads all rows of a query.
func values[R valuer[V], V any](q *gorm.DB, what string) ([]V, error) {
	return rows.Values(q, func(r *R) (V, error) { return (*r).value(), nil }, what)
}

// one reads the row of a query.
func one[R valuer[V], V any](q *gorm.DB, what string) (V, error) {
	all, err := values[R, V](q.Limit(1), what)
	if err == nil && len(all) == 0 {
		err = translate(gorm.ErrRecordNotFound, what)
	}
	if err != nil {
		var none V
		return none, err
	}
	return all[0], nil
}

func (s *Store) people(ctx context.Context) *gorm.DB {
	return s.from(ctx).Table("person").Select(`person.id AS person_id, person.name, person.email, person.zone, person.deactivated_at, person.former_at,
		account.kind, account.password, account.subject, account.admin, account.epoch, account.created_at, account.logged_in_at`).
		Joins("LEFT JOIN account ON account.person_id = person.id")
}

// account reads a person with their account. In a transaction the person's row is
// locked by a statement of its own, so that the next one sees what whoever held the
// lock has written: PostgreSQL looks again only at the rows that were locked, and
// the account is in another.
func (s *Store) account(ctx context.Context, where, value any) (auth.Account, error) {
	if s.inTx {
		var id int64
		q := s.locked(s.from(ctx).Table("person"), "person").Select("person.id").
			Joins("LEFT JOIN account ON account.person_id = person.id").Where(where, value)
		if err := q.Find(&id).Error; err != nil {
			return auth.Account{}, translate(err, "person")
		}
	}
	return one[bothRow](s.people(ctx).Where(where, value), "person")
}

// Account implements auth.Store.
func (s *Store) Account(ctx context.Context, person int64) (auth.Account, error) {
	return s.account(ctx, "person.id = ?", person)
}

// AccountByEmail implements auth.Store.
func (s *Store) AccountByEmail(ctx context.Context, email string) (auth.Account, error) {
	return s.account(ctx, "person.email = ?", email)
}

// AccountBySubject implements auth.Store.
func (s *Store) AccountBySubject(ctx context.Context, subject string) (auth.Account, error) {
	return s.account(ctx, "account.subject = ?", subject)
}

// Accounts implements auth.Store.
func (s *Store) Accounts(ctx context.Context) ([]auth.Account, error) {
	return values[bothRow](s.people(ctx).Order("person.name, person.id"), "people")
}

// anybody finds people, and no service accounts.
func (s *Store) anybody(ctx context.Context, f *schedule.Search) *gorm.DB {
	return rows.Matching(s.people(ctx), "person", f, "person.name", "COALESCE(person.email, '')").Where("COALESCE(account.kind, '') <> ?", auth.KindService)
}

// FindPeople implements auth.Store.
func (s *Store) FindPeople(ctx context.Context, f schedule.Search) ([]auth.Account, error) {
	found, err := values[bothRow](rows.OnPage(s.anybody(ctx, &f), "person", &f), "people")
	return rows.Forwards(found, &f), err
}

// CountPeople implements auth.Store.
func (s *Store) CountPeople(ctx context.Context, f schedule.Search) (int, error) {
	var n int64
	err := s.anybody(ctx, &f).Count(&n).Error
	return int(n), translate(err, "people")
}

// ServiceAccounts implements auth.Store.
func (s *Store) ServiceAccounts(ctx context.Context) ([]auth.Account, error) {
	return values[bothRow](s.people(ctx).Where("account.kind = ?", auth.KindService).Order("person.name, person.id"), "people")
}

// AddPerson implements auth.Store.
func (s *Store) AddPerson(ctx context.Context, a *auth.Account) error {
	row := personRow{Name: a.Name, Email: text(a.Email), Zone: a.Zone, CreatedAt: column.At(a.CreatedAt)}
	err := s.to(ctx).Create(&row).Error
	a.Person = row.ID
	return translate(err, "person")
}

// changed counts a change of a person, so that whoever keeps people reads them again.
var changed = gorm.Expr("version + 1")

// SetProfile implements auth.Store.
func (s *Store) SetProfile(ctx context.Context, person int64, name, zone string) error {
	return affected(s.to(ctx).Table("person").Where("id = ?", person).Updates(map[string]any{"name": name, "zone": zone, "version": changed}), "person")
}

// PutAccount implements auth.Store.
func (s *Store) PutAccount(ctx context.Context, a auth.Account) error {
	row := accountOf(a)
	return translate(s.to(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "person_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"kind", "password", "subject", "admin", "epoch", "logged_in_at"}),
	}).Create(&row).Error, "account")
}

// Administrators implements auth.Store.
func (s *Store) Administrators(ctx context.Context) ([]int64, error) {
	var all []int64
	read := func(lock bool) error {
		q := s.from(ctx).Table("person")
		if lock {
			q = s.locked(q, "person")
		}
		return q.Select("person.id").Joins("JOIN account ON account.person_id = person.id").
			Where("account.admin AND account.kind = ? AND person.deactivated_at IS NULL", auth.KindPerson).
			Order("person.id").Find(&all).Error
	}
	if s.inTx { // then again, as in account
		if err := read(true); err != nil {
			return nil, translate(err, "administrators")
		}
	}
	err := read(false)
	return all, translate(err, "administrators")
}

// SetDeactivated implements auth.Store.
func (s *Store) SetDeactivated(ctx context.Context, person int64, at time.Time) error {
	return affected(s.to(ctx).Table("person").Where("id = ?", person).Updates(map[string]any{"deactivated_at": column.At(at), "version": changed}), "person")
}

// Members implements auth.Store.
func (s *Store) Members(ctx context.Context, person int64) ([]auth.Member, error) {
	return values[memberRow](s.from(ctx).Table("membership").
		Select("membership.team_id, team.zone, membership.manager, membership.from_day, membership.until_day").
		Joins("JOIN team ON team.id = membership.team_id").Where("membership.person_id = ?", person), "memberships")
}

// AddMember implements auth.Store.
func (s *Store) AddMember(ctx context.Context, team, person int64, manager bool) error {
	return translate(s.to(ctx).Exec(`INSERT INTO membership (team_id, person_id, manager, share) VALUES (?, ?, ?, 1000)
		ON CONFLICT (team_id, person_id) DO UPDATE SET manager = membership.manager OR excluded.manager, until_day = ''`,
		team, person, manager).Error, "membership")
}

// AddSession implements auth.Store.
func (s *Store) AddSession(ctx context.Context, v *auth.Session) error {
	row := sessionRow{
		TokenHash: v.Hash, PersonID: v.Person, Epoch: v.Epoch, Address: v.Address, Agent: v.Agent,
		CreatedAt: column.At(v.CreatedAt), SeenAt: column.At(v.SeenAt), ExpiresAt: column.At(v.ExpiresAt),
	}
	err := s.to(ctx).Create(&row).Error
	v.ID = row.ID
	return translate(err, "session")
}

// SessionByHash implements auth.Store.
func (s *Store) SessionByHash(ctx context.Context, hash string) (auth.Session, error) {
	return one[sessionRow](s.from(ctx).Where("token_hash = ?", hash), "session")
}

// Sessions implements auth.Store.
func (s *Store) Sessions(ctx context.Context, person int64) ([]auth.Session, error) {
	return values[sessionRow](s.from(ctx).Where("person_id = ?", person).Order("seen_at DESC, id DESC"), "sessions")
}

// SeeSession implements auth.Store.
func (s *Store) SeeSession(ctx context.Context, id int64, at time.Time) error {
	return translate(s.to(ctx).Table("session").Where("id = ?", id).Update("seen_at", column.At(at)).Error, "session")
}

// SetSessionEpoch implements auth.Store.
func (s *Store) SetSessionEpoch(ctx context.Context, id, epoch int64) error {
	return translate(s.to(ctx).Table("session").Where("id = ?", id).Update("epoch", epoch).Error, "session")
}

// DeleteSession implements auth.Store.
func (s *Store) DeleteSession(ctx context.Context, person, id int64) error {
	return affected(s.to(ctx).Where("person_id = ? AND id = ?", person, id).Delete(&sessionRow{}), "session")
}

// DeleteSessionByHash implements auth.Store.
func (s *Store) DeleteSessionByHash(ctx context.Context, hash string) error {
	return translate(s.to(ctx).Where("token_hash = ?", hash).Delete(&sessionRow{}).Error, "session")
}

// DeleteSessions implements auth.Store.
func (s *Store) DeleteSessions(ctx context.Context, person, except int64) error {
	return translate(s.to(ctx).Where("person_id = ? AND id <> ?", person, except).Delete(&sessionRow{}).Error, "sessions")
}

// TakeSetup implements auth.Store.
func (s *Store) TakeSetup(ctx context.Context, hash string) error {
	return affected(s.to(ctx).Where("code_hash = ?", hash).Delete(&setupRow{}), "set-up code")
}

// PutSetup implements auth.Store.
func (s *Store) PutSetup(ctx context.Context, hash string, at time.Time) error {
	return translate(s.to(ctx).Clauses(clause.OnConflict{UpdateAll: true}).
		Create(&setupRow{ID: 1, CodeHash: hash, CreatedAt: column.At(at)}).Error, "set-up code")
}

// Attempt implements auth.Store.
func (s *Store) Attempt(ctx context.Context, name string) (auth.Attempt, error) {
	if s.inTx { // a row that is not there cannot be locked
		err := s.to(ctx).Clauses(clause.OnConflict{DoNothing: true}).
			Create(&attemptRow{Name: name, LastAt: epoch, UntilAt: epoch}).Error
		if err != nil {
			return auth.Attempt{}, translate(err, "attempts")
		}
	}
	var row attemptRow
	q := s.locked(s.from(ctx), "attempt").Where("name = ?", name).Limit(1).Find(&row)
	if q.Error != nil || q.RowsAffected == 0 {
		return auth.Attempt{}, translate(q.Error, "attempts")
	}
	return auth.Attempt{Failures: row.Failures, Last: row.LastAt.Time, Until: row.UntilAt.Time}, nil
}

// epoch stands where there was no attempt yet.
var epoch = column.At(time.Unix(1, 0))

// PutAttempt implements auth.Store.
func (s *Store) PutAttempt(ctx context.Context, name string, a auth.Attempt) error {
	row := attemptRow{Name: name, Failures: a.Failures, LastAt: column.At(a.Last), UntilAt: column.At(a.Until)}
	return translate(s.to(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error, "attempts")
}

// DeleteAttempt implements auth.Store.
func (s *Store) DeleteAttempt(ctx context.Context, name string) error {
	return translate(s.to(ctx).Where("name = ?", name).Delete(&attemptRow{}).Error, "attempts")
}

// Prune implements auth.Store.
func (s *Store) Prune(ctx context.Context, now, idle, attempts time.Time) error {
	return s.InTx(ctx, func(tx auth.Store) error {
		w := tx.(*Store).to(ctx)
		if err := w.Where("expires_at <= ? OR seen_at <= ?", column.At(now), column.At(idle)).Delete(&sessionRow{}).Error; err != nil {
			return translate(err, "sessions")
		}
		return translate(w.Where("last_at <= ? AND until_at <= ?", column.At(attempts), column.At(now)).Delete(&attemptRow{}).Error, "attempts")
	})
}
