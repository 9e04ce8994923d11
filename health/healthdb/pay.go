package healthdb

import (
	"context"
	"errors"
	"fmt"

	"watchbill/health"
	"watchbill/migrations/column"
	"watchbill/migrations/rows"
	"watchbill/schedule"
)

type payPolicyRow struct {
	ID        int64 `gorm:"primaryKey"`
	TeamID    int64
	FromDay   string
	Rules     string
	CreatedBy *int64
	CreatedAt column.Instant
}

func (payPolicyRow) TableName() string { return "pay_policy" }

func (r *payPolicyRow) value() (health.PayPolicy, error) {
	from, err1 := schedule.ParseDate(r.FromDay)
	rules, err2 := health.KeptPayRules([]byte(r.Rules))
	return health.PayPolicy{ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), From: from, Rules: rules, By: id(r.CreatedBy), At: r.CreatedAt.Time}, errors.Join(err1, err2)
}

// PayPolicies returns a team's rules of pay.
func (s *Store) PayPolicies(ctx context.Context, team schedule.ID) ([]health.PayPolicy, error) {
	return values(s.from(ctx).Where("team_id = ?", team).Order("from_day, id"), (*payPolicyRow).value, "rules of pay")
}

// AddPayPolicy adds rules of pay and sets their ID.
func (s *Store) AddPayPolicy(ctx context.Context, p *health.PayPolicy) error {
	rules, err := text(p.Rules)
	if err != nil {
		return err
	}
	row := payPolicyRow{TeamID: int64(p.Team), FromDay: p.From.String(), Rules: rules, CreatedBy: ref(p.By), CreatedAt: column.At(p.At)}
	err = s.to(ctx).Create(&row).Error
	p.ID = schedule.ID(row.ID)
	return translate(err, "rules of pay")
}

// LockPay keeps others from publishing pay of a team, and from changing its rules.
func (s *Store) LockPay(ctx context.Context, team schedule.ID) error {
	return rows.LockTeam(ctx, s.write, int64(team))
}

type statementRow struct {
	ID          int64 `gorm:"primaryKey"`
	TeamID      int64
	Number      int
	Month       string
	FromAt      column.Instant
	ToAt        column.Instant
	PublishedBy *int64
	PublishedAt column.Instant
	UnpaidPages int
}

func (statementRow) TableName() string { return "pay_statement" }

func (r *statementRow) value() (health.Statement, error) {
	month, err := schedule.ParseDate(r.Month)
	return health.Statement{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Number: r.Number, Month: month, From: r.FromAt.Time, To: r.ToAt.Time, By: id(r.PublishedBy), At: r.PublishedAt.Time,
		Unpaid: r.UnpaidPages,
	}, err
}

// Statements returns what a team has published, without lines.
func (s *Store) Statements(ctx context.Context, team schedule.ID) ([]health.Statement, error) {
	return values(s.from(ctx).Where("team_id = ?", team).Order("month"), (*statementRow).value, "statements of pay")
}

type payLineRow struct {
	ID          int64 `gorm:"primaryKey"`
	StatementID int64
	PersonID    int64
	Month       string
	Kind        string
	FromAt      int64
	ToAt        int64
	Rotation    string
	Rule        string
	Unit        string
	Rate        int64
	Count       int64
	Amount      int64
	Currency    string
	Correction  bool
	PolicyID    int64
	Version     string
}

func (payLineRow) TableName() string { return "pay_line" }

func (r *payLineRow) value() (health.PaidLine, error) {
	month, err := schedule.ParseDate(r.Month)
	return health.PaidLine{
		PayLine: health.PayLine{
			Person: schedule.ID(r.PersonID), Kind: health.PayKind(r.Kind), From: unix(r.FromAt), To: unix(r.ToAt), Rotation: schedule.RotationID(r.Rotation), Rule: r.Rule,
			Rate: r.Rate, Count: r.Count, Amount: r.Amount, Correction: r.Correction, Version: r.Version,
		},
		Statement: schedule.ID(r.StatementID), Month: month, Currency: r.Currency, Policy: schedule.ID(r.PolicyID), Unit: health.PayUnit(r.Unit),
	}, err
}

// AddStatement adds a statement with its lines.
func (s *Store) AddStatement(ctx context.Context, p *health.Statement) error {
	row := statementRow{
		TeamID: int64(p.Team), Number: p.Number, Month: p.Month.String(), FromAt: column.At(p.From), ToAt: column.At(p.To), PublishedBy: ref(p.By), PublishedAt: column.At(p.At),
		UnpaidPages: p.Unpaid,
	}
	if err := s.to(ctx).Create(&row).Error; err != nil {
		return translate(err, "pay of %v is published already", p.Month)
	}
	p.ID = schedule.ID(row.ID)
	rows := make([]payLineRow, 0, len(p.Lines))
	for i := range p.Lines {
		l := &p.Lines[i]
		l.Statement = p.ID
		rows = append(rows, payLineRow{
			StatementID: row.ID, PersonID: int64(l.Person), Month: l.Month.String(), Kind: string(l.Kind), FromAt: l.From.Unix(), ToAt: l.To.Unix(), Rotation: string(l.Rotation),
			Rule: l.Rule, Unit: string(l.Unit), Rate: l.Rate, Count: l.Count, Amount: l.Amount, Currency: l.Currency, Correction: l.Correction, PolicyID: int64(l.Policy), Version: l.Version,
		})
	}
	return s.createAll(ctx, &rows, len(rows), fmt.Sprintf("lines of statement %d", row.ID))
}

// PaidLines returns published lines about months from one on.
func (s *Store) PaidLines(ctx context.Context, team, person schedule.ID, from schedule.Date) ([]health.PaidLine, error) {
	q := s.from(ctx).Where("statement_id IN (?) AND month >= ?", s.from(ctx).Model(&statementRow{}).Select("id").Where("team_id = ?", team), from.String()).Order("id")
	if person != 0 {
		q = q.Where("person_id = ?", person)
	}
	return values(q, (*payLineRow).value, "lines of pay")
}

// PaidTeams returns the teams that have published something of somebody.
func (s *Store) PaidTeams(ctx context.Context, person schedule.ID) ([]schedule.ID, error) {
	var ids []schedule.ID
	err := s.from(ctx).Raw("SELECT DISTINCT s.team_id FROM pay_line l JOIN pay_statement s ON s.id = l.statement_id WHERE l.person_id = ? ORDER BY s.team_id", person).Scan(&ids).Error
	return ids, translate(err, "statements of pay")
}
