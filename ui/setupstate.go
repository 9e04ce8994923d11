package ui

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/holiday"
	"watchbill/schedule/teamfile"
)

// A setupState is a team that is being set up: what was typed so far.
type setupState struct {
	Name, Zone, Holidays string
	People               []setupPerson
	Demo                 bool
	Length               string // day, week, weeks, split
	Day, At, Day2, At2   string
	Backup               bool
	Hours                string // as a team file has them; empty is all
	First                string // day
	Done                 int    // steps
}

type setupPerson struct {
	Name, Email, Zone string
	Holidays          string // a code; empty is the team's
	Known, Guessed    bool
}

// The lengths of a shift that the wizard offers, and the days of each.
const (
	lengthDay   = "day"
	lengthWeek  = "week"
	lengthWeeks = "weeks"
	lengthSplit = "split"
)

var wizardLengths = []Option{{lengthDay, "1 day"}, {lengthWeek, "1 week"}, {lengthWeeks, "2 weeks"}, {lengthSplit, "Weekdays and weekend"}}

var weekdayOptions = []Option{
	{"Mon", "Monday"}, {"Tue", "Tuesday"}, {"Wed", "Wednesday"}, {"Thu", "Thursday"}, {"Fri", "Friday"}, {"Sat", "Saturday"}, {"Sun", "Sunday"},
}

var wizardHours = []Option{{"", "All day and night"}, {"Mon-Fri 09:00-18:00", "Monday to Friday, 09:00 to 18:00"}, {"Mon-Fri 18:00-09:00", "Weekday nights, 18:00 to 09:00"}, {"00:00-24:00", "Every day, cut at midnight"}}

// invented are people to look around with.
var invented = []setupPerson{
	{Name: "Aiko Tanaka", Zone: "Asia/Tokyo", Holidays: "JP"}, {Name: "Chidi Okafor", Zone: "Europe/London", Holidays: "GB"},
	{Name: "Ingrid Solberg", Zone: "Europe/Oslo", Holidays: "NO"}, {Name: "Jonas Weber", Zone: "Europe/Berlin", Holidays: "DE-BE"},
	{Name: "Leila Haddad", Zone: "Europe/Paris", Holidays: "FR"}, {Name: "Marcus Bell", Zone: "Europe/London", Holidays: "GB"},
}

// days returns the length of a turn.
func (s *setupState) days() int {
	switch s.Length {
	case lengthDay:
		return 1
	case lengthWeeks:
		return 14
	case lengthSplit:
		return 3 // of four and three
	}
	return 7
}

func (s *setupState) duties() int {
	if s.Backup {
		return 2
	}
	return 1
}

func (s *setupState) cadence() schedule.Cadence {
	return schedule.Cadence{People: len(s.People), Duties: s.duties(), Days: s.days()}
}

// view says what the rotation means for everybody.
func (s *setupState) view() *CadenceView {
	c := s.cadence()
	v := &CadenceView{Between: plural(c.Between(), "day", "days"), Weeks: tenth(c.WeeksPerYear()), Weekends: tenth(c.WeekendsPerYear())}
	v.Tone, v.Text = c.Verdict()
	if s.Length == lengthSplit {
		v.Weeks, v.Weekends = tenth(c.WeeksPerYear()), tenth(c.WeeksPerYear())
	}
	const span = 42
	for week := range span / 7 {
		v.Weekend = append(v.Weekend, CadenceBar{X: float64(7*week+5) / span, W: 2.0 / span})
	}
	if len(s.People) == 0 || len(s.People) > 40 {
		return v
	}
	for _, p := range s.People {
		v.Rows = append(v.Rows, CadenceRow{Name: p.Name})
	}
	turns := []int{s.days()}
	if s.Length == lengthSplit {
		turns = []int{4, 3}
	}
	for i, day := 0, 0; day < span; i++ {
		n := turns[i%len(turns)]
		for duty := range s.duties() {
			row := &v.Rows[(i*s.duties()+duty)%len(v.Rows)]
			row.Bars = append(row.Bars, CadenceBar{X: float64(day) / span, W: float64(min(n, span-day)) / span, Backup: duty > 0})
		}
		day += n
	}
	return v
}

func tenth(n int) string { return num(float64(n) / 10) }

// rules writes the team's first rules.
func (s *setupState) rules() string {
	h := teamfile.HandoverParts{Kind: teamfile.HandoverWeekly, Day: s.Day, At: s.At, Day2: s.Day2, At2: s.At2}
	switch s.Length {
	case lengthDay:
		h.Kind = teamfile.HandoverDaily
	case lengthWeeks:
		h.Kind, h.N = teamfile.HandoverDays, "14"
	case lengthSplit:
		h.Kind = teamfile.HandoverTwice
	}
	primary := teamfile.RotationText{Name: "primary", Handover: h.String(), First: s.First}
	if s.Hours != "" {
		primary.Covers = teamfile.CoversOf(s.Hours)
	}
	r := teamfile.RulesText{Team: s.Name, Zone: s.Zone, Limits: teamfile.LimitsText{Rest: "11h"}, Rotations: []teamfile.RotationText{primary}}
	if s.Holidays != "" {
		r.Holidays = []string{s.Holidays}
	}
	if limit := s.cadence().Limit(); limit != "" {
		r.Limits.OnCall = []string{limit}
	}
	if s.Backup {
		backup := primary
		backup.Name, backup.Weight = "backup", "0.5"
		r.Rotations = append(r.Rotations, backup)
	}
	return r.String()
}

// wizardWeeks is how much the first plan covers, and wizardHorizon when the next one is
// drafted.
const (
	wizardWeeks   = 8
	wizardHorizon = 4
)

// team is what the wizard makes.
func (s *setupState) team(manager schedule.ID, email string) (schedule.TeamImport, error) {
	first, err := schedule.ParseDate(s.First)
	if err != nil {
		return schedule.TeamImport{}, &schedule.InvalidError{Field: "first", Reason: "write the first day like 2026-12-07"}
	}
	in := schedule.TeamImport{Name: s.Name, Zone: s.Zone, HorizonWeeks: wizardHorizon, Rules: s.rules(), From: first}
	for _, p := range s.People {
		in.People = append(in.People, schedule.Planning{
			Profile:    schedule.Profile{Name: p.Name, Email: strings.ToLower(p.Email), Zone: p.Zone, Holidays: p.Holidays},
			Membership: schedule.Membership{OnCall: true, Share: schedule.FullTime, Manager: manager != 0 && email != "" && strings.EqualFold(p.Email, email)},
		})
	}
	return in, nil
}

var (
	anAddress = regexp.MustCompile(`[^\s<>,;"]+@[^\s<>,;"]+\.[^\s<>,;"]+`)
	// anEntry is what stands between commas, which quoted names may have in them.
	anEntry = regexp.MustCompile(`(?:"[^"]*"|[^",;])+`)
	aZone   = regexp.MustCompile(`\b(?:[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_+-]+)+|UTC)\b`)
)

// maxCrew bounds the people of a team that is set up.
const maxCrew = 200

// addPeople reads people from lines of text.
func (s *setupState) addPeople(text string) error {
	for line := range strings.Lines(text) {
		entries := []string{line}
		if len(anAddress.FindAllString(line, 2)) > 1 {
			entries = anEntry.FindAllString(line, -1)
		}
		for _, entry := range entries {
			p := s.person(entry)
			if p.Name == "" {
				continue
			}
			if p.Email == "" && strings.Contains(entry, "@") || strings.Contains(p.Name, "@") || strings.Count(p.Email, "@") > 1 {
				return &schedule.InvalidError{Field: "paste", Reason: fmt.Sprintf("%q is no address; write it like ana@example.com", strings.TrimSpace(entry))}
			}
			if slices.ContainsFunc(s.People, p.same) {
				continue
			}
			if len(s.People) == maxCrew {
				return &schedule.InvalidError{Field: "paste", Reason: fmt.Sprintf("a team that is set up here has up to %d people; make several teams", maxCrew)}
			}
			s.People = append(s.People, p)
		}
	}
	return nil
}

// same says whether somebody is there already.
func (p *setupPerson) same(q setupPerson) bool {
	if p.Email == "" {
		return p.Name == q.Name
	}
	return strings.EqualFold(p.Email, q.Email)
}

// person reads one entry: a name, an address, a zone, in any order.
func (s *setupState) person(entry string) setupPerson {
	p := setupPerson{Email: anAddress.FindString(entry)}
	rest := strings.Replace(entry, p.Email, " ", 1)
	for _, name := range aZone.FindAllString(rest, -1) {
		if _, err := time.LoadLocation(name); err == nil {
			p.Zone, rest = name, strings.Replace(rest, name, " ", 1)
			break
		}
	}
	p.Name = strings.Join(strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\r\n<>,;\"", r) }), " ")
	if p.Name == "" && p.Email != "" {
		local, _, _ := strings.Cut(p.Email, "@")
		for _, part := range strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' }) {
			p.Name = strings.TrimSpace(p.Name + " " + upper(part))
		}
	}
	if p.Zone == "" {
		p.Guessed = true
		p.Zone = cmp.Or(holiday.ZoneOf(p.Email[strings.LastIndex(p.Email, ".")+1:]), s.Zone)
	}
	p.Holidays = s.holidaysOf(p.Zone)
	return p
}

// holidaysOf guesses the holidays of a zone; the team's are the empty ones.
func (s *setupState) holidaysOf(zone string) string {
	code := holiday.OfZone(zone)
	if code == s.Holidays || zone == s.Zone || strings.HasPrefix(s.Holidays, code) {
		return ""
	}
	return code
}

// regionOptions are the holidays to choose from.
func regionOptions(none string) []Option {
	options := []Option{{"", none}}
	for _, code := range holiday.CodesByName() {
		options = append(options, Option{code, holiday.Name(code)})
	}
	return options
}
