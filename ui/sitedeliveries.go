package ui

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// shown is a text from outside as it may be shown: without what changes how others are
// read.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, text)
}

// theDelivery is the delivery of the path, of an integration of the path.
func (s *Site) theDelivery(c echo.Context, i *health.Integration) (health.Delivery, error) {
	id, err := param(c, "delivery")
	if err != nil {
		return health.Delivery{}, err
	}
	d, err := s.Health.Store.Delivery(c.Request().Context(), id)
	if err == nil && d.Integration != i.ID {
		err = fmt.Errorf("delivery %d of integration %d: %w", id, i.ID, schedule.ErrNotFound)
	}
	return d, err
}

// bodyShown is how much of a delivery is shown.
const bodyShown = 20_000

// delivery shows what came in one request, without secrets and addresses.
func (s *Site) delivery(c echo.Context) error {
	f, i, _, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	d, err := s.theDelivery(c, &i)
	if err != nil {
		return err
	}
	page, err := s.deliveryPage(c, f, &i, &d)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "delivery", page)
}

func (s *Site) deliveryPage(c echo.Context, f Frame, i *health.Integration, d *health.Delivery) (Delivery, error) {
	f.Title = fmt.Sprintf("Delivery %d", d.ID)
	page := Delivery{
		Frame: f, DeliveryRow: deliveryRow(d), Pager: i.Name, PagerID: int64(i.ID), Read: d.DoneAt, Gone: d.Body == nil,
		CanReplay: d.State == health.DeliveryDead && d.Body != nil, Tries: d.Attempts, Next: d.NextAt,
	}
	if d.Error != "" {
		page.Why = shown(d.Error)
	}
	page.Body, page.Cut = health.Redact(d.Body, bodyShown)
	if d.State == health.DeliveryDone && d.Note != "" {
		page.Warnings = append(page.Warnings, upper(d.Note)+".")
	}
	if d.State != health.DeliveryDead {
		for _, text := range s.Health.Warnings(i, d) {
			page.Warnings = append(page.Warnings, shown(text))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Headers)) {
		value, _ := health.Redact([]byte(d.Headers[name]), 500)
		page.Headers = append(page.Headers, HeaderLine{name, value})
	}
	events, err := s.Health.Store.EventsOf(c.Request().Context(), d.ID)
	for k := range events {
		e := &events[k]
		page.Events = append(page.Events, EventLine{What: upper(strings.ReplaceAll(string(e.Kind), "_", " ")), When: e.OccurredAt, Page: shown(e.Title)})
	}
	return page, err
}

// deadFilter says which dead letters a form is about: one, those of a code, or all.
func deadFilter(c echo.Context, i *health.Integration) health.DeadFilter {
	f := health.DeadFilter{Integration: i.ID, Code: c.FormValue("code")}
	if id, err := strconv.ParseInt(c.FormValue("delivery"), 10, 64); err == nil && id > 0 {
		f.ID = schedule.ID(id)
	}
	return f
}

// replayDead has dead letters read again.
func (s *Site) replayDead(c echo.Context) error {
	_, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	n, err := s.Health.Replay(c.Request().Context(), me(w), deadFilter(c, &i))
	return answer(c, err, integrationPath(&i), plural(n, "delivery is", "deliveries are")+" read again. What was read before changes nothing.")
}

// discardDead says that dead letters shall not be read, and why.
func (s *Site) discardDead(c echo.Context) error {
	f, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	n, err := s.Health.Discard(ctx, me(w), deadFilter(c, &i), c.FormValue("reason"))
	if text, bad := refused(err); bad {
		page, err2 := s.integrationPage(ctx, f, &i)
		if err2 != nil {
			return err2
		}
		fields := map[string]*Field{}
		for k := range page.Codes { // only the form that was sent says what is wrong with it
			if page.Codes[k].Code == c.FormValue("code") {
				fields["reason"] = &page.Codes[k].Reason
				page.Codes[k].Reason.Value = c.FormValue("reason")
			}
		}
		putError(err, text, fields, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "integration", page)
	}
	return answer(c, err, integrationPath(&i), plural(n, "delivery is", "deliveries are")+" discarded.")
}

// contacts lists who is who in a pager.
func (s *Site) contacts(c echo.Context) error {
	f, i, _, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	f.Title = "Who is who in " + i.Name
	page := Contacts{Frame: f, Pager: i.Name, PagerID: int64(i.ID), People: []Option{{Value: "0", Label: "Nobody here"}}}
	members, err := s.Schedule.Store.Members(ctx, i.Team)
	if err != nil {
		return err
	}
	ids := make([]schedule.ID, 0, len(members))
	for _, m := range members {
		ids = append(ids, m.Person)
	}
	people, err := s.Schedule.Store.People(ctx, ids)
	if err != nil {
		return err
	}
	all, err := s.Health.Store.Contacts(ctx, i.ID)
	if err != nil {
		return err
	}
	others, err := s.elsewhere(c, all, ids)
	if err != nil {
		return err
	}
	for _, p := range append(people, others...) {
		page.People = append(page.People, Option{Value: itoa(int64(p.ID)), Label: p.Name})
	}
	page.Query, page.Most = sought(c), choosers(len(page.People))
	for k := range all {
		if !contactHas(&all[k], page.Query) {
			continue
		}
		if page.All++; page.All > page.Most {
			page.More++
			continue
		}
		page.List = append(page.List, contactRow(&all[k], people))
	}
	return s.show(c, http.StatusOK, "contacts", page)
}

// contactHas says whether a text is part of what is known of a contact.
func contactHas(c *health.Contact, text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(strings.ToLower(contactName(c)), text) || strings.Contains(strings.ToLower(c.Email), text) || strings.Contains(strings.ToLower(c.Identity.ID), text)
}

// elsewhere returns people who have been said to be somebody in a pager and are not in
// the team any more.
func (s *Site) elsewhere(c echo.Context, all []health.Contact, members []schedule.ID) ([]schedule.Profile, error) {
	ids := []schedule.ID{}
	for k := range all {
		if p := all[k].Person; p != 0 && !slices.Contains(members, p) && !slices.Contains(ids, p) {
			ids = append(ids, p)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return s.Schedule.Store.People(c.Request().Context(), ids)
}

func contactRow(c *health.Contact, people []schedule.Profile) ContactRow {
	row := ContactRow{ID: int64(c.ID), Name: contactName(c), Pages: c.Pages, Who: itoa(int64(c.Person)), Known: !c.MappedAt.IsZero()}
	for _, detail := range []string{c.Email, c.Identity.ID} {
		if detail = shown(detail); detail != "" && detail != row.Name {
			row.Detail = strings.TrimPrefix(row.Detail+" · "+detail, " · ")
		}
	}
	if !row.Known {
		row.Who = ""
		if p := health.Suggest(c, people); p != 0 {
			row.Who, row.Suggested = itoa(int64(p)), true
		}
	}
	return row
}

// mapContact says who somebody in a pager is: a member of the team, or nobody here.
func (s *Site) mapContact(c echo.Context) error {
	_, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	contact, err := param(c, "contact")
	if err != nil {
		return err
	}
	to := integrationPath(&i) + "/people"
	if q := sought(c); q != "" {
		to += "?" + url.Values{"q": {q}}.Encode()
	}
	person, err := strconv.ParseInt(c.FormValue("person"), 10, 64)
	if err != nil || person < 0 {
		return done(c, to, "bad", "Choose somebody of the team, or nobody.")
	}
	err = s.Health.MapContact(c.Request().Context(), me(w), i.ID, contact, schedule.ID(person))
	return answer(c, err, to, "Saved. All pages that they had to do with are put right.")
}
