package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// registerIntegrations adds the pages of a team's pagers, and of programs that are told.
func (s *Site) registerIntegrations(e *echo.Group) {
	s.registerWebhooks(e)
	e.GET("/teams/:team/integrations", s.integrations)
	e.POST("/teams/:team/integrations", s.addIntegration)
	const one = "/teams/:team/integrations/:integration"
	e.GET(one, s.integration)
	e.POST(one, s.changeIntegration)
	e.POST(one+"/secret", s.setSecret)
	e.POST(one+"/secret/end", s.endSecret)
	e.POST(one+"/renew", s.renewIntegration)
	e.POST(one+"/off", s.turnOffIntegration)
	e.POST(one+"/test", s.testIntegration)
	e.POST(one+"/dead/replay", s.replayDead)
	e.POST(one+"/dead/discard", s.discardDead)
	e.GET(one+"/deliveries/:delivery", s.delivery)
	e.GET(one+"/people", s.contacts)
	e.POST(one+"/people/:contact", s.mapContact)
}

// integrationFrame is teamFrame for a page about an integration of the team.
func (s *Site) integrationFrame(c echo.Context) (Frame, health.Integration, auth.Who, error) {
	f, team, w, err := s.teamFrame(c, "Pager", "pagers", auth.EditTeam)
	if err != nil {
		return f, health.Integration{}, w, err
	}
	id, err := param(c, "integration")
	if err != nil {
		return f, health.Integration{}, w, err
	}
	i, err := s.Health.Store.Integration(c.Request().Context(), id)
	if err == nil && i.Team != team.ID {
		err = fmt.Errorf("integration %d of team %d: %w", id, team.ID, schedule.ErrNotFound)
	}
	f.Title = i.Name
	return f, i, w, err
}

func integrationPath(i *health.Integration) string {
	return fmt.Sprintf("/teams/%d/integrations/%d", i.Team, i.ID)
}

func vendorLabel(id string) string {
	v, ok := health.VendorOf(id)
	if !ok {
		return id
	}
	return v.Label
}

// Maker is what sends the pages, in a sentence.
func (i Integration) Maker() string {
	if i.Vendor == vendorLabel("generic") {
		return "your program"
	}
	return i.Vendor
}

func integrationRow(i *health.Integration, c *health.Condition) IntegrationRow {
	return IntegrationRow{
		ID: int64(i.ID), Name: i.Name, Vendor: vendorLabel(i.Vendor), Off: !i.OffAt.IsZero(), Silent: c.Silent, Seen: i.SeenAt,
		Dead: c.DeadLetters(), Refused: int(c.Counts[health.CountRefused]), Unmapped: c.Unmapped,
	}
}

// integrations lists a team's pagers.
func (s *Site) integrations(c echo.Context) error {
	f, team, _, err := s.teamFrame(c, "Pagers", "pagers", auth.EditTeam)
	if err != nil {
		return err
	}
	page, err := s.integrationsPage(c.Request().Context(), f, team.ID)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "integrations", page)
}

func (s *Site) integrationsPage(ctx context.Context, f Frame, team schedule.ID) (Integrations, error) {
	page := Integrations{Frame: f, Vendors: []Option{{Value: "", Label: "Choose …"}}}
	for _, v := range health.Vendors() {
		page.Vendors = append(page.Vendors, Option{Value: v.ID, Label: v.Label})
	}
	all, err := s.Health.Store.Integrations(ctx, team)
	if err != nil {
		return page, err
	}
	for k := range all {
		condition, err := s.Health.Condition(ctx, &all[k])
		if err != nil {
			return page, err
		}
		page.List = append(page.List, integrationRow(&all[k], &condition))
	}
	return page, nil
}

// addIntegration connects a pager and shows its link, once.
func (s *Site) addIntegration(c echo.Context) error {
	f, team, w, err := s.teamFrame(c, "Pagers", "pagers", auth.EditTeam)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	name := c.FormValue("name")
	if strings.TrimSpace(name) == "" {
		name = vendorLabel(c.FormValue("vendor"))
	}
	i, token, err := s.Health.AddIntegration(ctx, me(w), health.Integration{Team: team.ID, Vendor: c.FormValue("vendor"), Name: name, Zone: team.Zone})
	if text, bad := refused(err); bad {
		page, err2 := s.integrationsPage(ctx, f, team.ID)
		if err2 != nil {
			return err2
		}
		page.Vendor.Value, page.Name.Value = c.FormValue("vendor"), c.FormValue("name")
		putError(err, text, map[string]*Field{"vendor": &page.Vendor, "name": &page.Name}, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "integrations", page)
	} else if err != nil {
		return err
	}
	f.Title = i.Name
	return s.showLink(c, f, &i, token, "It is connected. Its link is below and shown only now.")
}

// showLink shows an integration's page with a link that is not kept.
func (s *Site) showLink(c echo.Context, f Frame, i *health.Integration, token, text string) error {
	f.Path, f.Flash = integrationPath(i), &Flash{Kind: "good", Text: text}
	page, err := s.integrationPage(c.Request().Context(), f, i)
	if err != nil {
		return err
	}
	page.Link = s.BaseURL + "/hooks/" + i.Vendor + "/" + token
	page.Sample = sampleFor(i.Vendor, page.Link)
	return s.show(c, http.StatusOK, "integration", page)
}

// integration shows how a pager does.
func (s *Site) integration(c echo.Context) error {
	f, i, _, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	page, err := s.integrationPage(c.Request().Context(), f, &i)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "integration", page)
}

// How much of the past an integration's page shows.
const (
	latestShown = 15
	pagesShown  = 10
	stormsShown = 10
)

func (s *Site) integrationPage(ctx context.Context, f Frame, i *health.Integration) (Integration, error) {
	condition, err := s.Health.Condition(ctx, i)
	if err != nil {
		return Integration{}, err
	}
	vendor, _ := health.VendorOf(i.Vendor)
	page := Integration{
		Frame: f, IntegrationRow: integrationRow(i, &condition), Real: s.Note, Steps: vendorSteps[i.Vendor], Sample: sampleFor(i.Vendor, ""), Signs: vendor.Signs, Secrets: len(i.Secrets),
		SetName: Field{Value: i.Name}, PagerZone: Field{Value: i.Zone}, Zones: suggestedZones, Rotation: Field{Value: string(i.Rotation)}, Urgencies: Field{Value: urgencyText(i.Urgencies)},
	}
	if page.Kept, err = s.Health.KeptSince(ctx, i); err != nil {
		return page, err
	}
	if condition.Gap > 0 {
		page.Gap = left(condition.Gap)
	}
	page.Counts = countLines(condition.Counts)
	page.Codes = deadCodes(condition.Dead)
	latest, err := s.Health.Store.Deliveries(ctx, i.ID, "", 0, latestShown)
	if err != nil {
		return page, err
	}
	for k := range latest {
		page.Latest = append(page.Latest, deliveryRow(&latest[k]))
	}
	if err := s.listDead(ctx, i, page.Codes); err != nil {
		return page, err
	}
	rotations, _, err := s.Health.Rotations(ctx, i.Team)
	if err != nil {
		return page, err
	}
	page.Rotations = []Option{{Value: "", Label: "Whoever is on call first"}}
	for _, r := range rotations {
		page.Rotations = append(page.Rotations, Option{Value: string(r), Label: upper(string(r))})
	}
	if i.Rotation != "" && !slices.Contains(rotations, i.Rotation) {
		page.Rotations = append(page.Rotations, Option{Value: string(i.Rotation), Label: upper(string(i.Rotation)) + " (there is none any more: nobody is paged)"})
	}
	if page.Pages, err = s.pageRows(ctx, i, f.Team != nil && f.Team.Member); err != nil {
		return page, err
	}
	storms, err := s.Health.Storms(ctx, i)
	for _, storm := range storms[:min(len(storms), stormsShown)] {
		page.Storms = append(page.Storms, StormRow{From: storm.From, Until: storm.Last, Pages: len(storm.Pages)})
	}
	return page, err
}

// pageRows lists the latest pages of an integration. Who was paged is for the team: it
// says who was woken when.
func (s *Site) pageRows(ctx context.Context, i *health.Integration, member bool) ([]PageRow, error) {
	pages, err := s.Health.Store.PagesOf(ctx, health.PageFilter{Team: i.Team, Integration: i.ID, To: s.Health.Now().Add(time.Hour), Most: pagesShown})
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	known, err := s.Health.Store.Contacts(ctx, i.ID)
	if err != nil {
		return nil, err
	}
	rows := make([]PageRow, 0, len(pages))
	for k := range pages {
		row := pageRow(&pages[k], names, known)
		for n := range row.Who {
			if !member {
				row.Who[n].Name = ""
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func pageRow(p *health.PageRecord, names map[schedule.ID]schedule.Profile, known []health.Contact) PageRow {
	row := PageRow{Title: shown(p.Title), Service: shown(p.Service), State: string(p.State), When: p.TriggeredAt, Gap: p.Uncovered, Quiet: !p.CountsAsPage}
	for k := range p.People {
		a := &p.People[k]
		if a.NotifiedAt.IsZero() {
			continue
		}
		who := PageWho{Basis: basisWords[a.Basis]}
		if a.Person != 0 {
			who.Name = names[a.Person].Name
		} else if at := slices.IndexFunc(known, func(c health.Contact) bool { return c.ID == a.Contact }); at >= 0 {
			who.Name = contactName(&known[at]) + " (not known here)"
		}
		row.Who = append(row.Who, who)
	}
	return row
}

// basisWords say how it is known that somebody was paged.
var basisWords = map[health.NoticeBasis]string{
	health.NoticeByVendor: "the pager says so", health.NoticeByAssignment: "the page was given to them",
	health.NoticeBySchedule: "on call by the schedule as it was then", health.NoticeByHand: "entered by hand",
}

func contactName(c *health.Contact) string {
	for _, name := range []string{c.Name, c.Email, c.Identity.ID} {
		if name != "" {
			return shown(name)
		}
	}
	return "Somebody"
}

// countLines are what was counted, in words.
func countLines(counts map[string]int64) []IntegrationCount {
	var lines []IntegrationCount
	for _, of := range []struct{ kind, label, tone string }{
		{health.CountTaken, "Taken in", ""}, {health.CountAgain, "Sent again", ""}, {health.CountRefused, "Refused: signature missing or wrong", "warn"},
		{health.CountTooLarge, "Refused: too large", "warn"}, {health.CountTooMany, "Put off: too many at once", "warn"},
	} {
		if n := counts[of.kind]; n > 0 || of.kind == health.CountTaken {
			lines = append(lines, IntegrationCount{of.label, n, of.tone})
		}
	}
	return lines
}

// codeWords say why deliveries are dead.
var codeWords = map[string]string{
	"invalid_json": "It is no JSON", "schema_mismatch": "It looks like nothing that this pager sends", "unknown_format": "Nobody can read this format yet",
	"unknown_encoding": "It is compressed in a way that cannot be read", "gave_up": "It could not be written down, also at the eighth try",
	"too_many": "It has too many events at once",
	"no_body":  "Its bytes were not kept", "reader_failed": "Our reader failed: please report it",
}

func codeLabel(code string) string {
	if words, ok := codeWords[code]; ok {
		return words
	}
	return code
}

func deadCodes(dead map[string]int) []DeadCode {
	codes := make([]DeadCode, 0, len(dead))
	for code, n := range dead {
		codes = append(codes, DeadCode{Code: code, Label: codeLabel(code), N: n})
	}
	slices.SortFunc(codes, func(a, b DeadCode) int { return strings.Compare(a.Code, b.Code) })
	return codes
}

// deadShown is how many dead letters of a code are listed, and deadLooked how many are
// looked at for that.
const (
	deadShown  = 5
	deadLooked = 100
)

// listDead lists the latest dead letters of each code.
func (s *Site) listDead(ctx context.Context, i *health.Integration, codes []DeadCode) error {
	if len(codes) == 0 {
		return nil
	}
	dead, err := s.Health.Store.Deliveries(ctx, i.ID, health.DeliveryDead, 0, deadLooked)
	for k := range dead {
		at := slices.IndexFunc(codes, func(c DeadCode) bool { return c.Code == dead[k].Code })
		if at >= 0 && len(codes[at].Latest) < deadShown {
			codes[at].Latest = append(codes[at].Latest, deliveryRow(&dead[k]))
		}
	}
	return err
}

func deliveryRow(d *health.Delivery) DeliveryRow {
	row := DeliveryRow{ID: int64(d.ID), When: d.ReceivedAt, State: d.State}
	switch {
	case d.State == health.DeliveryDiscarded:
		row.Why = shown(d.Note)
	case d.State == health.DeliveryDead:
		row.Why = codeLabel(d.Code)
	case d.Attempts > 0 && d.State == health.DeliveryNew:
		row.Why = "it failed and is tried again"
	}
	return row
}

// urgencyText is what people enter: a word, an equals sign, high, low or unknown, each
// on a line.
func urgencyText(words map[string]string) string {
	lines := make([]string, 0, len(words))
	for word, urgency := range words {
		lines = append(lines, word+" = "+urgency)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func readUrgencies(text string) (map[string]string, error) {
	words := map[string]string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		word, urgency, ok := strings.Cut(line, "=")
		if !ok {
			return nil, &schedule.InvalidError{Field: "urgencies", Reason: fmt.Sprintf("%q has no equals sign; write each line like “p2 = low”", line)}
		}
		words[strings.ToLower(strings.TrimSpace(word))] = strings.ToLower(strings.TrimSpace(urgency))
	}
	return words, nil
}

// changeIntegration saves an integration's settings.
func (s *Site) changeIntegration(c echo.Context) error {
	f, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	in := health.Settings{Name: c.FormValue("name"), Zone: strings.TrimSpace(c.FormValue("zone")), Rotation: schedule.RotationID(c.FormValue("rotation"))}
	in.Urgencies, err = readUrgencies(c.FormValue("urgencies"))
	if err == nil {
		err = s.Health.ChangeIntegration(ctx, me(w), i.ID, in)
	}
	if text, bad := refused(err); bad {
		page, err2 := s.integrationPage(ctx, f, &i)
		if err2 != nil {
			return err2
		}
		page.SetName.Value, page.PagerZone.Value, page.Rotation.Value, page.Urgencies.Value = in.Name, in.Zone, string(in.Rotation), c.FormValue("urgencies")
		putError(err, text, map[string]*Field{"name": &page.SetName, "zone": &page.PagerZone, "rotation": &page.Rotation, "urgencies": &page.Urgencies}, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "integration", page)
	}
	return answer(c, err, integrationPath(&i), "Saved.")
}

// setSecret makes another secret count.
func (s *Site) setSecret(c echo.Context) error {
	f, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	err = s.Health.SetSecret(ctx, me(w), i.ID, c.FormValue("secret"))
	if text, bad := refused(err); bad {
		page, err2 := s.integrationPage(ctx, f, &i)
		if err2 != nil {
			return err2
		}
		putError(err, text, map[string]*Field{"secret": &page.Secret}, &page.Error)
		return s.show(c, http.StatusUnprocessableEntity, "integration", page)
	}
	good := "Only what is signed with the secret is taken in now."
	if len(i.Secrets) > 0 {
		good = "What is signed with the new secret is taken in, and what is signed with the one before until you end that."
	}
	return answer(c, err, integrationPath(&i), good)
}

func (s *Site) endSecret(c echo.Context) error {
	_, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	return answer(c, s.Health.EndSecret(c.Request().Context(), me(w), i.ID), integrationPath(&i), "The secret has ended.")
}

func (s *Site) renewIntegration(c echo.Context) error {
	f, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	token, err := s.Health.RenewLink(c.Request().Context(), me(w), i.ID)
	if err != nil {
		return err
	}
	return s.showLink(c, f, &i, token, "It has a new link, shown only now. The old one is dead: paste the new one there.")
}

func (s *Site) turnOffIntegration(c echo.Context) error {
	_, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	off, good := c.FormValue("off") != "", "It takes deliveries again."
	if off {
		good = "It is off. What came before stays."
	}
	return answer(c, s.Health.TurnOff(c.Request().Context(), me(w), i.ID, off), integrationPath(&i), good)
}

func (s *Site) testIntegration(c echo.Context) error {
	_, i, w, err := s.integrationFrame(c)
	if err != nil {
		return err
	}
	_, err = s.Health.SendTest(c.Request().Context(), me(w), i.ID)
	if errors.Is(err, health.ErrBusy) {
		return done(c, integrationPath(&i), "bad", "So much is waiting that nothing more is taken in. Try again soon.")
	}
	return answer(c, err, integrationPath(&i), "A test was taken in. It is read within a second, and never counts.")
}
