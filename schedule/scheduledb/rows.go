package scheduledb

import (
	"encoding/json"
	"fmt"
	"time"

	"watchbill/migrations/column"
	"watchbill/schedule"
)

// Rows mirror the tables; each has a function to the domain value and one back.

// day is the text of a date; the zero date is empty.
func day(d schedule.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// date reads what day wrote.
func date(s string) schedule.Date {
	if s == "" {
		return schedule.Date{}
	}
	d, err := schedule.ParseDate(s)
	if err != nil {
		panic(fmt.Sprintf("a day in the database is %q", s)) // only day writes them
	}
	return d
}

type personRow struct {
	ID                            int64 `gorm:"primaryKey"`
	Name                          string
	Email                         *string
	Zone, Works, Sleeps, Holidays string
	Language                      string
	CreatedAt                     column.Instant
	DeactivatedAt                 column.Instant
}

func (personRow) TableName() string { return "person" }

func personOf(p *schedule.Profile) personRow {
	r := personRow{
		ID: int64(p.ID), Name: p.Name, Zone: p.Zone, Works: p.Works, Sleeps: p.Sleeps, Holidays: p.Holidays, Language: p.Language,
		CreatedAt: column.At(p.CreatedAt), DeactivatedAt: column.At(p.DeactivatedAt),
	}
	if p.Email != "" {
		r.Email = &p.Email
	}
	return r
}

func (r personRow) value() schedule.Profile {
	p := schedule.Profile{
		ID: schedule.ID(r.ID), Name: r.Name, Zone: r.Zone, Works: r.Works, Sleeps: r.Sleeps, Holidays: r.Holidays, Language: r.Language,
		CreatedAt: r.CreatedAt.Time, DeactivatedAt: r.DeactivatedAt.Time,
	}
	if r.Email != nil {
		p.Email = *r.Email
	}
	return p
}

type teamRow struct {
	ID           int64 `gorm:"primaryKey"`
	Name, Zone   string
	HorizonWeeks int
	FrozenWeeks  int
	RepayGain    int
	RepayCap     int64
	RepaySince   string
	RestCover    bool
	Version      int64
	CreatedAt    column.Instant
}

func (teamRow) TableName() string { return "team" }

func (r teamRow) value() schedule.TeamRecord {
	return schedule.TeamRecord{
		ID: schedule.ID(r.ID), Name: r.Name, Zone: r.Zone, HorizonWeeks: r.HorizonWeeks, FrozenWeeks: r.FrozenWeeks,
		Repay: schedule.Repay{Gain: r.RepayGain, Cap: r.RepayCap, Since: date(r.RepaySince)}, RestCover: r.RestCover,
		Version: r.Version, CreatedAt: r.CreatedAt.Time,
	}
}

type rulesRow struct {
	ID        int64 `gorm:"primaryKey"`
	TeamID    int64
	FromDay   string
	Source    string
	CreatedAt column.Instant
	CreatedBy *int64
}

func (rulesRow) TableName() string { return "team_rules" }

func (r rulesRow) value() schedule.TeamRules {
	return schedule.TeamRules{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), From: date(r.FromDay), Source: r.Source,
		CreatedAt: r.CreatedAt.Time, CreatedBy: id(r.CreatedBy),
	}
}

type memberRow struct {
	ID                    int64 `gorm:"primaryKey"`
	TeamID, PersonID      int64
	Manager, OnCall       bool
	Share                 int64
	FromDay, UntilDay     string
	Takes, Skills, Limits string
}

func (memberRow) TableName() string { return "membership" }

func memberOf(m *schedule.Membership) memberRow {
	return memberRow{
		ID: int64(m.ID), TeamID: int64(m.Team), PersonID: int64(m.Person), Manager: m.Manager, OnCall: m.OnCall,
		Share: int64(m.Share), FromDay: day(m.From), UntilDay: day(m.Until), Takes: m.Takes, Skills: m.Skills, Limits: m.Limits,
	}
}

func (r memberRow) value() schedule.Membership {
	return schedule.Membership{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Person: schedule.ID(r.PersonID), Manager: r.Manager, OnCall: r.OnCall,
		Share: schedule.Share(r.Share), From: date(r.FromDay), Until: date(r.UntilDay), Takes: r.Takes, Skills: r.Skills, Limits: r.Limits,
	}
}

type pastMemberRow struct {
	ID                int64 `gorm:"primaryKey"`
	TeamID, PersonID  int64
	Manager, OnCall   bool
	FromDay, UntilDay string
}

func (pastMemberRow) TableName() string { return "membership_past" }

func (r pastMemberRow) value() schedule.Membership {
	return schedule.Membership{Team: schedule.ID(r.TeamID), Person: schedule.ID(r.PersonID), Manager: r.Manager, OnCall: r.OnCall, From: date(r.FromDay), Until: date(r.UntilDay)}
}

type memberChangeRow struct {
	ID               int64 `gorm:"primaryKey"`
	TeamID, PersonID int64
	FromDay          string
	Share            int64
	OnCall           bool
	CreatedAt        column.Instant
	CreatedBy        *int64
}

func (memberChangeRow) TableName() string { return "membership_change" }

func (r memberChangeRow) value() schedule.MemberChange {
	return schedule.MemberChange{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Person: schedule.ID(r.PersonID), From: date(r.FromDay),
		Share: schedule.Share(r.Share), OnCall: r.OnCall, CreatedAt: r.CreatedAt.Time, CreatedBy: id(r.CreatedBy),
	}
}

type memberTermsRow struct {
	ID               int64 `gorm:"primaryKey"`
	TeamID, PersonID int64
	FromDay          string
	Takes            *string
	Skills, Limits   *string
	CreatedAt        column.Instant
	CreatedBy        *int64
}

func (memberTermsRow) TableName() string { return "membership_terms" }

func (r memberTermsRow) value() schedule.MemberTerms {
	return schedule.MemberTerms{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Person: schedule.ID(r.PersonID), From: date(r.FromDay),
		Takes: r.Takes, Skills: r.Skills, Limits: r.Limits, CreatedAt: r.CreatedAt.Time, CreatedBy: id(r.CreatedBy),
	}
}

type setupRow struct {
	ID        int64 `gorm:"primaryKey"`
	OwnerID   int64
	State     string
	UpdatedAt column.Instant
}

func (setupRow) TableName() string { return "team_setup" }

func (r setupRow) value() schedule.TeamSetup {
	return schedule.TeamSetup{ID: schedule.ID(r.ID), Owner: schedule.ID(r.OwnerID), State: r.State, UpdatedAt: r.UpdatedAt.Time}
}

type absenceRow struct {
	ID                int64 `gorm:"primaryKey"`
	PersonID          int64
	FirstDay, LastDay string
	StartAt, EndAt    column.Instant
	WishCost          int64
	Note              string
	CreatedAt         column.Instant
	ImportID          *int64
	ImportKey         string
}

func (absenceRow) TableName() string { return "absence" }

func absenceOf(l *schedule.Leave) absenceRow {
	return absenceRow{
		ID: int64(l.ID), PersonID: int64(l.Person), FirstDay: day(l.First), LastDay: day(l.Last), StartAt: column.At(l.Start),
		EndAt: column.At(l.End), WishCost: l.WishCost, Note: l.Note, CreatedAt: column.At(l.CreatedAt),
		ImportID: ref(l.Import), ImportKey: l.Key,
	}
}

func (r absenceRow) value() schedule.Leave {
	return schedule.Leave{
		ID: schedule.ID(r.ID), Person: schedule.ID(r.PersonID), First: date(r.FirstDay), Last: date(r.LastDay),
		Start: r.StartAt.Time, End: r.EndAt.Time, WishCost: r.WishCost, Note: r.Note, CreatedAt: r.CreatedAt.Time,
		Import: id(r.ImportID), Key: r.ImportKey,
	}
}

type shiftRow struct {
	ID             int64 `gorm:"primaryKey"`
	TeamID, PlanID int64
	Slot, Rotation string
	PersonID       *int64
	StartAt, EndAt column.Instant
	Points         int64
	Since, Until   column.Instant
}

func (shiftRow) TableName() string { return "shift" }

func shiftOf(team schedule.ID, p *schedule.Published) shiftRow {
	return shiftRow{
		TeamID: int64(team), PlanID: int64(p.Plan), Slot: string(p.Slot), Rotation: string(p.Rotation), PersonID: ref(p.Person),
		StartAt: column.At(p.Start), EndAt: column.At(p.End), Points: p.Points, Since: column.At(p.Since), Until: column.At(p.Until),
	}
}

func (r shiftRow) value() schedule.Published {
	return schedule.Published{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Plan: schedule.ID(r.PlanID), Slot: schedule.SlotID(r.Slot), Rotation: schedule.RotationID(r.Rotation), Person: id(r.PersonID),
		Start: r.StartAt.Time, End: r.EndAt.Time, Points: r.Points, Since: r.Since.Time, Until: r.Until.Time,
	}
}

type overrideRow struct {
	ID                  int64 `gorm:"primaryKey"`
	TeamID              int64
	Rotation, Slot      string
	PersonID, InsteadOf *int64
	StartAt, EndAt      column.Instant
	Kind, Reason, Broke string
	CreatedBy           *int64
	CreatedAt           column.Instant
	CancelledBy         *int64
	CancelledAt         column.Instant
}

func (overrideRow) TableName() string { return "override" }

func overrideOf(o *schedule.Override) overrideRow {
	return overrideRow{
		ID: int64(o.ID), TeamID: int64(o.Team), Rotation: string(o.Rotation), Slot: string(o.Slot), PersonID: ref(o.Person),
		InsteadOf: ref(o.InsteadOf), StartAt: column.At(o.Start), EndAt: column.At(o.End), Kind: o.Kind, Reason: o.Reason, Broke: o.Broke,
		CreatedBy: ref(o.CreatedBy), CreatedAt: column.At(o.CreatedAt), CancelledBy: ref(o.CancelledBy), CancelledAt: column.At(o.CancelledAt),
	}
}

func (r overrideRow) value() schedule.Override {
	return schedule.Override{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Rotation: schedule.RotationID(r.Rotation), Slot: schedule.SlotID(r.Slot),
		Person: id(r.PersonID), InsteadOf: id(r.InsteadOf), Start: r.StartAt.Time, End: r.EndAt.Time, Kind: r.Kind, Reason: r.Reason, Broke: r.Broke,
		CreatedBy: id(r.CreatedBy), CreatedAt: r.CreatedAt.Time, CancelledBy: id(r.CancelledBy), CancelledAt: r.CancelledAt.Time,
	}
}

type requestRow struct {
	ID                           int64 `gorm:"primaryKey"`
	TeamID                       int64
	Slot, Rotation               string
	PersonID                     int64
	StartAt, EndAt               column.Instant
	ToPersonID                   *int64
	ReturnSlot, ReturnRotation   string
	ReturnStartAt, ReturnEndAt   column.Instant
	Message, State               string
	ExpiresAt                    column.Instant
	CreatedBy                    int64
	CreatedAt                    column.Instant
	AnsweredBy                   *int64
	AnsweredAt                   column.Instant
	OverrideID, ReturnOverrideID *int64
	RemindedAt                   column.Instant
	Note                         string
}

func (requestRow) TableName() string { return "request" }

func requestOf(q *schedule.Request) requestRow {
	return requestRow{
		ID: int64(q.ID), TeamID: int64(q.Team), Slot: string(q.Slot), Rotation: string(q.Rotation), PersonID: int64(q.Person),
		StartAt: column.At(q.Start), EndAt: column.At(q.End), ToPersonID: ref(q.To),
		ReturnSlot: string(q.Return.Slot), ReturnRotation: string(q.Return.Rotation),
		ReturnStartAt: column.At(q.Return.Start), ReturnEndAt: column.At(q.Return.End),
		Message: q.Message, State: q.State, ExpiresAt: column.At(q.ExpiresAt), CreatedBy: int64(q.CreatedBy),
		CreatedAt: column.At(q.CreatedAt), AnsweredBy: ref(q.AnsweredBy), AnsweredAt: column.At(q.AnsweredAt),
		OverrideID: ref(q.Override), ReturnOverrideID: ref(q.ReturnedBy), RemindedAt: column.At(q.RemindedAt), Note: q.Note,
	}
}

func (r requestRow) value() schedule.Request {
	return schedule.Request{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID),
		Stretch: stretch(r.Slot, r.Rotation, r.StartAt.Time, r.EndAt.Time), Person: schedule.ID(r.PersonID), To: id(r.ToPersonID),
		Return:  stretch(r.ReturnSlot, r.ReturnRotation, r.ReturnStartAt.Time, r.ReturnEndAt.Time),
		Message: r.Message, State: r.State, ExpiresAt: r.ExpiresAt.Time, CreatedBy: schedule.ID(r.CreatedBy), CreatedAt: r.CreatedAt.Time,
		AnsweredBy: id(r.AnsweredBy), AnsweredAt: r.AnsweredAt.Time, Override: id(r.OverrideID), ReturnedBy: id(r.ReturnOverrideID),
		RemindedAt: r.RemindedAt.Time, Note: r.Note,
	}
}

func stretch(slot, rotation string, start, end time.Time) schedule.Stretch {
	return schedule.Stretch{Slot: schedule.SlotID(slot), Rotation: schedule.RotationID(rotation), Start: start, End: end}
}

type draftRow struct {
	ID                int64 `gorm:"primaryKey"`
	TeamID            int64
	Name, State       string
	FromDay, UntilDay string
	Pins              string
	Seed              int64
	Seconds           int
	Thaw              bool
	Progress          int
	Message, Plan     string
	BasedOn           int64
	Tries             int
	BeatAt            column.Instant
	CreatedBy         *int64
	CreatedAt         column.Instant
	FinishedAt        column.Instant
}

func (draftRow) TableName() string { return "draft" }

func draftOf(d *schedule.Draft) draftRow {
	return draftRow{
		ID: int64(d.ID), TeamID: int64(d.Team), Name: d.Name, State: d.State, FromDay: day(d.From), UntilDay: day(d.Until), Pins: d.Pins,
		Seed: d.Seed, Seconds: d.Seconds, Thaw: d.Thaw, Tries: d.Tries, BeatAt: column.At(d.BeatAt),
		Progress: d.Progress, Message: d.Message, Plan: d.Plan, BasedOn: d.BasedOn, CreatedBy: ref(d.CreatedBy),
		CreatedAt: column.At(d.CreatedAt), FinishedAt: column.At(d.FinishedAt),
	}
}

func (r draftRow) value() schedule.Draft {
	return schedule.Draft{
		ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Name: r.Name, State: r.State, From: date(r.FromDay), Until: date(r.UntilDay), Pins: r.Pins,
		Seed: r.Seed, Seconds: r.Seconds, Thaw: r.Thaw, Tries: r.Tries, BeatAt: r.BeatAt.Time, Progress: r.Progress, Message: r.Message, Plan: r.Plan, BasedOn: r.BasedOn, CreatedBy: id(r.CreatedBy),
		CreatedAt: r.CreatedAt.Time, FinishedAt: r.FinishedAt.Time,
	}
}

type planRow struct {
	ID                int64 `gorm:"primaryKey"`
	TeamID            int64
	Number            int
	DraftID           *int64
	Document          string
	Balances          string
	FromDay, UntilDay string
	Note              string
	PublishedAt       column.Instant
	PublishedBy       *int64
}

func (planRow) TableName() string { return "plan" }

func planOf(p *schedule.Plan) planRow {
	balances, err := json.Marshal(p.Balances)
	if err != nil {
		panic(err) // numbers by number
	}
	return planRow{
		ID: int64(p.ID), TeamID: int64(p.Team), Number: p.Number, DraftID: ref(p.Draft), Document: p.Document, Balances: string(balances),
		FromDay: day(p.From), UntilDay: day(p.Until), Note: p.Note, PublishedAt: column.At(p.PublishedAt), PublishedBy: ref(p.PublishedBy),
	}
}

func (r planRow) value() schedule.Plan {
	var balances schedule.Balances
	if r.Balances != "" {
		if err := json.Unmarshal([]byte(r.Balances), &balances); err != nil {
			panic(fmt.Sprintf("balances of plan %d: %v", r.ID, err)) // only planOf writes them
		}
	}
	return schedule.Plan{
		Balances: balances, ID: schedule.ID(r.ID), Team: schedule.ID(r.TeamID), Number: r.Number, Draft: id(r.DraftID), Document: r.Document,
		From: date(r.FromDay), Until: date(r.UntilDay), Note: r.Note, PublishedAt: r.PublishedAt.Time, PublishedBy: id(r.PublishedBy),
	}
}

type feedRow struct {
	ID               int64 `gorm:"primaryKey"`
	TokenHash, Kind  string
	OwnerID          int64
	TeamID           *int64
	Rotation, Label  string
	Busy, Tombstones bool
	Alarms           bool
	CreatedAt        column.Instant
	RevokedAt        column.Instant
	FetchedAt        column.Instant
	FetchedBy        string
	Stamp, Etag      string
	ChangedAt        column.Instant
}

func (feedRow) TableName() string { return "feed" }

func feedOf(f *schedule.Feed, hash string) feedRow {
	return feedRow{
		ID: int64(f.ID), TokenHash: hash, Kind: f.Kind, OwnerID: int64(f.Owner), TeamID: ref(f.Team), Rotation: string(f.Rotation),
		Label: f.Label, Busy: f.Busy, Tombstones: f.Tombstones, Alarms: f.Alarms, CreatedAt: column.At(f.CreatedAt), RevokedAt: column.At(f.RevokedAt),
		FetchedAt: column.At(f.FetchedAt), FetchedBy: f.FetchedBy, Stamp: f.Last.Stamp, Etag: f.Last.Etag, ChangedAt: column.At(f.Last.ChangedAt),
	}
}

func (r feedRow) value() schedule.Feed {
	return schedule.Feed{
		ID: schedule.ID(r.ID), Kind: r.Kind, Owner: schedule.ID(r.OwnerID), Team: id(r.TeamID), Rotation: schedule.RotationID(r.Rotation),
		Label: r.Label, Busy: r.Busy, Tombstones: r.Tombstones, Alarms: r.Alarms, CreatedAt: r.CreatedAt.Time, RevokedAt: r.RevokedAt.Time,
		FetchedAt: r.FetchedAt.Time, FetchedBy: r.FetchedBy, Last: schedule.Rendering{Stamp: r.Stamp, Etag: r.Etag, ChangedAt: r.ChangedAt.Time},
	}
}

type auditRow struct {
	ID      int64 `gorm:"primaryKey"`
	At      column.Instant
	ByID    *int64
	Action  string
	AboutID *int64
	TeamID  *int64
	Detail  string
}

func (auditRow) TableName() string { return "audit" }

func (r auditRow) value() schedule.AuditEntry {
	return schedule.AuditEntry{
		ID: schedule.ID(r.ID), At: r.At.Time, By: id(r.ByID), Action: r.Action, About: id(r.AboutID), Team: id(r.TeamID), Detail: r.Detail,
	}
}
