package ui

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"

	"github.com/labstack/echo/v4"
)

// How far ahead a person sees their own shifts, and of what how many at first sight.
const (
	homeAhead  = 366 * 24 * time.Hour
	homeShifts = 8
	homeOpen   = 3 // pages
)

// home says when somebody is next on call.
func (s *Site) home(c echo.Context) error {
	w, err := who(c)
	if err != nil {
		return err
	}
	f, err := s.frame(c, w, "My on-call", "home")
	if err != nil {
		return err
	}
	page, err := s.homePage(c.Request().Context(), f, w)
	if err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "home", page)
}

func (s *Site) homePage(ctx context.Context, f Frame, w auth.Who) (*Home, error) {
	page := &Home{Frame: f}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	shifts, err := s.Schedule.PersonShifts(ctx, me(w), f.Now, f.Now.Add(homeAhead))
	if err != nil {
		return nil, err
	}
	page.ManyMore = max(0, len(shifts)-homeShifts)
	for i := range shifts[:len(shifts)-page.ManyMore] {
		page.Shifts = append(page.Shifts, s.line(&shifts[i], names, me(w), f.Teams))
	}
	if len(shifts) > 0 {
		if page.Next, err = s.next(ctx, &shifts[0], page.Shifts[0], names, f.Now); err != nil {
			return nil, err
		}
	}
	if err := s.fillRequests(ctx, page, w, names, shifts); err != nil {
		return nil, err
	}
	if page.Hand, err = s.handOverNotices(ctx, &f, w, names); err != nil {
		return nil, err
	}
	if err := s.openPages(ctx, page, w); err != nil {
		return nil, err
	}
	if page.Changes, err = s.changes(ctx, w, names, f.Teams); err != nil {
		return nil, err
	}
	if page.Drafts, err = s.draftNotices(ctx, &f); err != nil {
		return nil, err
	}
	if page.Problems, err = s.myProblems(ctx, w, names, f.Teams); err != nil {
		return nil, err
	}
	if page.Items, err = s.myItems(ctx, w, f); err != nil {
		return nil, err
	}
	if err := s.fillRest(ctx, page, w, names); err != nil {
		return nil, err
	}
	if page.TimeOff, err = s.absences(ctx, me(w), names, f.Now); err != nil {
		return nil, err
	}
	if err := s.fillQuestions(ctx, page, w); err != nil {
		return nil, err
	}
	return page, s.fillFeed(ctx, page, w)
}

// fillQuestions shows what whoever is looking is asked, of themselves and of the teams that
// they manage, and what they would lose.
func (s *Site) fillQuestions(ctx context.Context, page *Home, w auth.Who) (err error) {
	if page.Pulses, err = s.surveysOf(ctx, me(w)); err != nil {
		return err
	}
	if page.Diary, err = s.diaryAsk(ctx, page.Teams, w); err != nil {
		return err
	}
	if page.Owed, err = s.owedEnding(ctx, w, page.Now); err != nil {
		return err
	}
	if page.Decide, err = s.owedWaiting(ctx, w, page.Teams); err != nil {
		return err
	}
	page.Warnings, err = s.freshWarnings(ctx, w, page.Teams)
	return err
}

// fillRequests shows what whoever is looking is asked by others, and what came of what they
// have asked.
func (s *Site) fillRequests(ctx context.Context, page *Home, w auth.Who, names map[schedule.ID]schedule.Profile, mine []schedule.TeamShift) error {
	all, err := s.allRequests(ctx, w, names, schedule.RequestOpen)
	if err != nil {
		return err
	}
	if err := s.explain(ctx, w, names, all); err != nil {
		return err
	}
	for _, r := range all {
		if s.asked(r.of, w) {
			page.Asks = append(page.Asks, r)
		} else if r.ByMe {
			page.Asked = append(page.Asked, r)
		}
	}
	vain, err := s.inVain(ctx, page, w, names, mine)
	page.Asked = append(page.Asked, vain...)
	return err
}

// inVain are the requests of whoever is looking that were declined or found nobody, about
// shifts that are theirs still: the last about each, unless they have asked again.
func (s *Site) inVain(ctx context.Context, page *Home, w auth.Who, names map[schedule.ID]schedule.Profile, mine []schedule.TeamShift) ([]Request, error) {
	all, err := s.Schedule.Store.RequestsInVain(ctx, teamsOf(w), me(w), page.Now)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	type place struct {
		team schedule.ID
		slot schedule.SlotID
	}
	asked := map[place]bool{}
	for i := range page.Asked {
		asked[place{page.Asked[i].of.Team, page.Asked[i].of.Slot}] = true
	}
	var out []Request
	for i := range all {
		r := &all[i]
		here := place{r.Team, r.Slot}
		theirs := slices.ContainsFunc(mine, func(t schedule.TeamShift) bool {
			return t.Team == r.Team && t.Slot == r.Slot && t.Start.Before(r.End) && r.Start.Before(t.End)
		})
		if !theirs || asked[here] {
			continue
		}
		asked[here] = true
		record, err := s.Schedule.Store.Team(ctx, r.Team)
		if err != nil {
			return nil, err
		}
		about, err := s.about(ctx, r.Team, all[i:i+1])
		if err != nil {
			return nil, err
		}
		out = append(out, s.request(r, &record, w, names, about))
	}
	return out, nil
}

// fillFeed shows the reader's own calendar link.
func (s *Site) fillFeed(ctx context.Context, page *Home, w auth.Who) error {
	feeds, err := s.Schedule.Store.Feeds(ctx, me(w))
	if err != nil {
		return err
	}
	for _, feed := range feeds {
		if feed.Kind == schedule.FeedPerson {
			page.Feed = &FeedLink{Label: feed.Label, Fetched: feed.FetchedAt, Client: feed.FetchedBy}
		}
	}
	return nil
}

// openPages fills in the pages that came to whoever is looking and are not over, and how
// many of the last week's they said nothing of.
func (s *Site) openPages(ctx context.Context, page *Home, w auth.Who) error {
	all, err := s.Health.Store.OwnPages(ctx, health.OwnFilter{Person: me(w), Since: page.Now.AddDate(0, 0, -7), Most: health.OwnPagesMost})
	for i := range all {
		t := told(&all[i], page.Now)
		if t.Open && len(page.Open) == homeOpen {
			page.OpenMore++
		} else if t.Open {
			page.Open = append(page.Open, t)
		} else if t.Said.Nothing() {
			page.Untold++
		}
	}
	return err
}

func (s *Site) line(t *schedule.TeamShift, names map[schedule.ID]schedule.Profile, reader schedule.ID, teams []TeamLink) ShiftLine {
	l := ShiftLine{
		ID: int64(t.ID), Rotation: upper(string(t.Rotation)), Kind: kind(t.Rotation), Person: names[t.Person].Name,
		Mine: t.Person == reader && reader != 0, Start: t.Start, End: t.End, Note: note(&t.Shift, names),
	}
	for _, team := range teams {
		if team.ID == int64(t.Team) {
			l.Team = team.Name
		}
	}
	return l
}

// note says how a shift came to whoever has it, when not by the plan.
func note(t *schedule.Shift, names map[schedule.ID]schedule.Profile) string {
	if t.Override == 0 || t.Person == t.Published {
		return ""
	}
	from := names[t.Published].Name
	switch {
	case t.Person == 0:
		return "Set to nobody"
	case from == "":
		return "Taken"
	case t.Kind == schedule.Swapped:
		return "Swapped with " + from
	case t.Kind == schedule.Covered:
		return "Cover for " + from
	}
	return "Instead of " + from
}

// next is the shift of the first sentence, with those before and after it.
func (s *Site) next(ctx context.Context, t *schedule.TeamShift, l ShiftLine, names map[schedule.ID]schedule.Profile, now time.Time) (*NextShift, error) {
	n := &NextShift{ShiftLine: l, On: !t.Start.After(now)}
	team, err := s.Schedule.Store.Team(ctx, t.Team)
	if err != nil {
		return nil, err
	}
	n.TeamZone = team.Zone
	n.Relieves, n.RelievedBy, err = s.neighbours(ctx, t, names)
	return n, err
}

// neighbours are who hands a shift over and who takes it on.
func (s *Site) neighbours(ctx context.Context, t *schedule.TeamShift, names map[schedule.ID]schedule.Profile) (before, after string, err error) {
	around, err := s.Schedule.Shifts(ctx, t.Team, t.Start.Add(-time.Minute), t.End.Add(time.Minute), time.Time{})
	if err != nil {
		return "", "", err
	}
	for i := range around {
		o := &around[i]
		switch {
		case o.Rotation != t.Rotation || o.Person == t.Person:
		case o.End.Equal(t.Start):
			before = names[o.Person].Name
		case o.Start.Equal(t.End):
			after = names[o.Person].Name
		}
	}
	return before, after, nil
}

// absences lists what is still to come of a person's time off, with the shifts it
// clashes with.
func (s *Site) absences(ctx context.Context, person schedule.ID, names map[schedule.ID]schedule.Profile, now time.Time) ([]Absence, error) {
	leaves, err := s.Schedule.Store.Leaves(ctx, []schedule.ID{person})
	if err != nil {
		return nil, err
	}
	zone, err := schedule.Zone(names[person].Zone)
	if err != nil {
		return nil, err
	}
	imports, err := s.Schedule.Store.Imports(ctx, person, 0)
	if err != nil {
		return nil, err
	}
	from := map[schedule.ID]string{0: "you"}
	for _, i := range imports {
		from[i.ID] = i.Label
	}
	var out []Absence
	for i := range leaves {
		l := &leaves[i]
		start, end := l.Span(zone)
		if l.WishCost > 0 || !end.After(now) {
			continue
		}
		a := Absence{ID: int64(l.ID), Person: names[person].Name, Start: start, End: end, AllDay: !l.First.IsZero(), Label: l.Note, Source: from[l.Import], Fixed: l.Import != 0}
		if err := s.addClashes(ctx, &a, l, person, names, zone, now); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// addClashes adds the shifts that fall into an absence, with whether cover was asked
// for.
func (s *Site) addClashes(ctx context.Context, a *Absence, l *schedule.Leave, person schedule.ID, names map[schedule.ID]schedule.Profile, zone *time.Location, now time.Time) error {
	shifts, err := s.Schedule.PersonShifts(ctx, person, later(a.Start, now), a.End)
	if err != nil {
		return err
	}
	for j := range shifts {
		part, hit := l.Clash(shifts[j].Start, shifts[j].End, zone)
		if !hit || !now.Before(part.End) {
			continue
		}
		clash := Clash{ShiftLine: s.line(&shifts[j], names, person, nil)}
		clash.Start, clash.End = later(part.Start, now), part.End
		open, err := s.Schedule.Store.Requests(ctx, shifts[j].Team, schedule.RequestOpen)
		if err != nil {
			return err
		}
		clash.Asked = slices.ContainsFunc(open, func(r schedule.Request) bool {
			return r.Person == person && r.Slot == shifts[j].Slot && r.Start.Before(part.End) && part.Start.Before(r.End)
		})
		if !clash.Asked {
			a.Uncovered++
		}
		a.Clashes = append(a.Clashes, clash)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// asked says whether an open request waits for an answer of the reader.
func (s *Site) asked(r *schedule.Request, w auth.Who) bool {
	return r.State == schedule.RequestOpen && s.Schedule.Now().Before(r.ExpiresAt) && r.Person != me(w) &&
		(r.To == me(w) || r.To == 0 && w.Member(int64(r.Team)))
}

// waiting counts the requests that wait for the reader.
func (s *Site) waiting(ctx context.Context, w auth.Who) (int, error) {
	open, err := s.Schedule.Store.RequestsOf(ctx, teamsOf(w), schedule.RequestOpen)
	n := 0
	for i := range open {
		if s.asked(&open[i], w) {
			n++
		}
	}
	return n, err
}

// teamsOf are the reader's own teams, never nil: that would be all.
func teamsOf(w auth.Who) []schedule.ID {
	teams := []schedule.ID{}
	for team := range w.Teams {
		teams = append(teams, schedule.ID(team))
	}
	return teams
}

// asks lists the open requests that ask the reader, with what they would mean.
func (s *Site) asks(ctx context.Context, w auth.Who, names map[schedule.ID]schedule.Profile) ([]Request, error) {
	all, err := s.allRequests(ctx, w, names, schedule.RequestOpen)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r Request) bool { return !r.CanAccept })
	return all, s.explain(ctx, w, names, all)
}

// allRequests lists the requests of the reader's own teams that concern them, or
// that they manage, the newest first.
func (s *Site) allRequests(ctx context.Context, w auth.Who, names map[schedule.ID]schedule.Profile, states ...string) ([]Request, error) {
	all, err := s.Schedule.Store.RequestsOf(ctx, teamsOf(w), states...)
	if err != nil {
		return nil, err
	}
	byTeam := map[schedule.ID][]schedule.Request{}
	for i := range all {
		r := &all[i]
		if r.Person == me(w) || r.CreatedBy == me(w) || r.To == me(w) || r.To == 0 || w.Manager(int64(r.Team)) {
			byTeam[r.Team] = append(byTeam[r.Team], *r)
		}
	}
	var out []Request
	for team, list := range byTeam {
		record, err := s.Schedule.Store.Team(ctx, team)
		if err != nil {
			return nil, err
		}
		a, err := s.about(ctx, team, list)
		if err != nil {
			return nil, err
		}
		for i := range list {
			out = append(out, s.request(&list[i], &record, w, names, a))
		}
	}
	slices.SortFunc(out, func(a, b Request) int { return cmp.Compare(b.ID, a.ID) })
	return out, nil
}

// A requested is what requests of a team are about.
type requested struct {
	shifts    map[schedule.SlotID]schedule.Published
	overrides map[schedule.ID]schedule.Override // those that have not ended
}

// about reads what requests of a team are about, all at once.
func (s *Site) about(ctx context.Context, team schedule.ID, list []schedule.Request) (requested, error) {
	a := requested{map[schedule.SlotID]schedule.Published{}, map[schedule.ID]schedule.Override{}}
	var slots []schedule.SlotID
	now := s.Schedule.Now()
	last := now
	for i := range list {
		r := &list[i]
		slots = append(slots, r.Slot)
		if r.IsSwap() {
			slots = append(slots, r.Return.Slot)
		}
		if r.Override != 0 {
			last = later(last, r.End)
		}
	}
	slices.Sort(slots)
	published, err := s.Schedule.Store.PublishedFor(ctx, team, slices.Compact(slots))
	if err != nil {
		return a, err
	}
	for _, p := range published {
		a.shifts[p.Slot] = p
	}
	if last.Equal(now) {
		return a, nil
	}
	overrides, err := s.Schedule.Store.Overrides(ctx, team, now, last)
	for _, o := range overrides {
		a.overrides[o.ID] = o
	}
	return a, err
}

// shift is the published shift of a stretch; zero when there is none any more.
func (a *requested) shift(part schedule.Stretch) int64 {
	if p, ok := a.shifts[part.Slot]; ok && p.Start.Before(part.End) && part.Start.Before(p.End) {
		return int64(p.ID)
	}
	return 0
}

func (s *Site) request(r *schedule.Request, team *schedule.TeamRecord, w auth.Who, names map[schedule.ID]schedule.Profile, a requested) Request {
	mine := r.Person == me(w) || r.CreatedBy == me(w)
	open := r.State == schedule.RequestOpen && s.Schedule.Now().Before(r.ExpiresAt)
	view := Request{
		ID: int64(r.ID), Swap: r.IsSwap(), State: r.State, ByMe: mine, From: names[r.Person].Name, To: "everyone in " + team.Name,
		Rotation: upper(string(r.Rotation)), Start: r.Start, End: r.End, Message: r.Message, Asked: r.CreatedAt, Expires: r.ExpiresAt,
		Answered: r.AnsweredAt, AnsweredBy: names[r.AnsweredBy].Name, CanWithdraw: open && (mine || w.Manager(int64(team.ID))),
		Note: readable(upper(r.Note), s.Schedule.Now()), Reminded: !r.RemindedAt.IsZero(), of: r,
	}
	if r.CreatedBy != r.Person {
		view.AskedBy = names[r.CreatedBy].Name
	}
	if r.State == schedule.RequestVoid {
		view.State = "cancelled"
	}
	if r.To != 0 {
		view.To = names[r.To].Name
		if r.To == me(w) {
			view.To = "you"
		}
	}
	view.CanAccept = s.asked(r, w)
	view.CanDecline = view.CanAccept && r.To == me(w)
	if view.CanAccept {
		view.CanWithdraw = false // a manager who is asked answers like everybody
	}
	if o, ok := a.overrides[r.Override]; ok && r.State == schedule.RequestAccepted && o.CancelledAt.IsZero() && (o.Party(me(w)) || w.Manager(int64(team.ID))) {
		view.Undo = int64(o.ID)
	}
	view.ShiftID = a.shift(r.Stretch)
	if r.IsSwap() {
		view.Give = &ShiftLine{
			ID: a.shift(r.Return), Rotation: upper(string(r.Return.Rotation)), Kind: kind(r.Return.Rotation), Person: names[r.To].Name,
			Start: r.Return.Start, End: r.Return.End,
		}
	}
	return view
}

// shiftID finds the published shift of a stretch; zero when there is none any more.
func (s *Site) shiftID(ctx context.Context, team schedule.ID, part schedule.Stretch) (int64, error) {
	a, err := s.about(ctx, team, []schedule.Request{{Stretch: part}})
	return a.shift(part), err
}
