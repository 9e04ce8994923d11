package ui

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchbill/schedule"
	"watchbill/schedule/holiday"

	"github.com/labstack/echo/v4"
)

// saveSetupPeople takes the second step, or adds people to its list.
func (s *Site) saveSetupPeople(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := s.setupOf(c)
	if err != nil {
		return err
	}
	wrong := f.readPeople(c)
	do := c.FormValue("do")
	if do == "demo" {
		f.People, f.Demo = slices.Clone(invented), true
	}
	before := len(f.People)
	addErr := f.addPeople(c.FormValue("paste"))
	if err := s.know(ctx, &f); err != nil {
		return err
	}
	fresh := len(f.People) > before
	if addErr != nil || len(wrong) > 0 || do == "next" && len(f.People) == 0 {
		return s.wizard(c, http.StatusUnprocessableEntity, "people", &f, func(p *Wizard) {
			text, _ := refused(addErr)
			switch {
			case addErr != nil:
				p.Paste = Field{Value: c.FormValue("paste"), Error: text}
			case len(f.People) == 0:
				p.Paste = Field{Value: c.FormValue("paste"), Error: "Write at least one person, or use invented people."}
			}
			for i, fields := range wrong {
				for name, reason := range fields {
					*map[string]*string{"name": &p.Members[i].Name.Error, "email": &p.Members[i].Email.Error, "zone": &p.Members[i].Zone.Error, "holidays": &p.Members[i].Holidays.Error}[name] = reason
				}
			}
		})
	}
	next := do == "next" && !fresh // those just pasted are looked at first
	if next {
		f.Done = max(f.Done, 2)
		f.fillRotation(s.Schedule.Now())
	}
	if err := s.keep(ctx, &f); err != nil {
		return err
	}
	switch {
	case next:
		return c.Redirect(http.StatusSeeOther, f.path("rotation"))
	case do == "next":
		return done(c, f.path("people"), "info", "Check the zones, then continue.")
	}
	return c.Redirect(http.StatusSeeOther, f.path("people"))
}

// readPeople reads the rows of the list, and says by row and field what is wrong.
func (f *setupForm) readPeople(c echo.Context) map[int]map[string]string {
	form, err := c.FormParams()
	if err != nil {
		return nil
	}
	names := form["name"]
	at := func(key string, i int) string {
		if i < len(form[key]) {
			return strings.TrimSpace(form[key][i])
		}
		return ""
	}
	var people []setupPerson
	wrong := map[int]map[string]string{}
	for i := range names {
		if slices.Contains(form["drop"], strconv.Itoa(i)) || i >= maxCrew {
			continue
		}
		p := setupPerson{Name: strings.Join(strings.Fields(names[i]), " "), Email: at("email", i), Zone: at("zone", i), Holidays: at("holidays", i)}
		bad := p.check(people)
		if i < len(f.People) {
			p.Guessed = f.People[i].Guessed && f.People[i].Zone == p.Zone
		}
		if len(bad) > 0 {
			wrong[len(people)] = bad
		}
		people = append(people, p)
	}
	f.People = people
	f.Demo = f.Demo && len(people) > 0
	return wrong
}

// check says by field what is wrong with a person who stands below others.
func (p *setupPerson) check(people []setupPerson) map[string]string {
	bad := map[string]string{}
	if !schedule.GoodName(p.Name) {
		bad["name"] = "Write a name of up to 100 letters, all of which can be seen."
	}
	if p.Email != "" && anAddress.FindString(p.Email) != p.Email {
		bad["email"] = "This is not an e-mail address."
	}
	if slices.ContainsFunc(people, func(q setupPerson) bool { return p.Email != "" && strings.EqualFold(p.Email, q.Email) }) {
		bad["email"] = "Somebody above has this address."
	}
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" || p.Zone == "Local" {
		bad["zone"] = "Write a zone like Europe/Berlin."
	}
	if p.Holidays != "" && !slices.Contains(holiday.Codes(), p.Holidays) {
		bad["holidays"] = "Choose one of the list."
	}
	return bad
}

// know takes people who have an account already as they are.
func (s *Site) know(ctx context.Context, f *setupForm) error {
	for i := range f.People {
		p := &f.People[i]
		p.Known = false
		if p.Email == "" {
			continue
		}
		known, err := s.Schedule.Store.PersonByEmail(ctx, strings.ToLower(p.Email))
		if errors.Is(err, schedule.ErrNotFound) {
			continue
		} else if err != nil {
			return err
		}
		p.Name, p.Zone, p.Known, p.Guessed = known.Name, known.Zone, true, false
	}
	return nil
}
