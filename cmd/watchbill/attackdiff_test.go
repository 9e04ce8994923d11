package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/api/auth"
	"watchbill/health"
	"watchbill/schedule"
)

// The attack by differences: somebody has all figures that were ever published, of teams and
// of all together, and knows from the schedule who was asked each time. They suppose that
// nobody's opinion changes, which is more than they can know, and ask of each person, and of
// each one to four people who are the difference of two groups, what they can have
// answered. Whatever is left to one answer only, and was not from one figure alone, is found.

// A figure is what one publication says of one question: how much people have
// answered together, from 0 for the worst to 4 each.
type figure struct {
	people  map[schedule.ID]float64 // who was asked, and in how many of its waves
	answers int
	low     int // what their answers can come to
	high    int
	truth   int         // what they do
	wave    schedule.ID // 0 for several teams together
	alike   bool
	coarse  bool               // because of one to four people
	parts   []health.PulsePart // in points: 1 to 5
}

// silent is how many have not answered; who, nobody knows.
func (f *figure) silent() float64 {
	asked := 0.
	for _, times := range f.people {
		asked += times
	}
	return asked - float64(f.answers)
}

// sums returns from where to where a sum can be whose mean was published as a value.
func sums(answers int, value, step float64, coarse bool) (low, high int) {
	low, high = 4*answers, 0
	for s := range 4*answers + 1 {
		told := math.Floor(25*float64(s)/float64(answers)/step+.5+1e-9) * step
		if coarse {
			told = min(max(told, step), 100-step)
		}
		if told == value {
			low, high = min(low, s), max(high, s)
		}
	}
	return low, high
}

// A program is what is known, as inequalities over unknowns, and an answer that fits: the
// true one, from which the search begins.
type program struct {
	cells map[schedule.ID][]int // the unknowns of a person: whether they answered 1, 2, 3, 4
	truth []float64
	rows  [][]float64
	slack []float64 // how far the truth is from each bound
}

func newProgram(answers map[schedule.ID]int) *program {
	p := &program{cells: map[schedule.ID][]int{}}
	for _, id := range slices.Sorted(keysOf(answers)) {
		for k := range 4 {
			p.cells[id] = append(p.cells[id], len(p.truth))
			p.truth = append(p.truth, float64(more(answers[id] == k+1)))
		}
	}
	for i := range p.truth {
		p.atMost(map[int]float64{i: -1}, 0)
	}
	for _, id := range slices.Sorted(keysOf(answers)) {
		one := map[int]float64{}
		for _, c := range p.cells[id] {
			one[c] = 1
		}
		p.atMost(one, 1)
	}
	return p
}

func keysOf[V any](m map[schedule.ID]V) func(func(schedule.ID) bool) {
	return func(yield func(schedule.ID) bool) {
		for id := range m {
			if !yield(id) {
				return
			}
		}
	}
}

// atMost adds an inequality.
func (p *program) atMost(terms map[int]float64, bound float64) {
	row := make([]float64, len(p.truth))
	at := 0.
	for i, c := range terms {
		row[i] = c
		at += c * p.truth[i]
	}
	if at > bound+1e-9 {
		panic(fmt.Sprintf("what was published is not what was answered: %v > %v", at, bound))
	}
	p.rows, p.slack = append(p.rows, row), append(p.slack, max(0, bound-at))
}

// sum is what people answered together, as terms.
func (p *program) sum(people map[schedule.ID]float64) map[int]float64 {
	terms := map[int]float64{}
	for id, times := range people {
		for k, c := range p.cells[id] {
			terms[c] += times * float64(k+1)
		}
	}
	return terms
}

func negative(terms map[int]float64) map[int]float64 {
	out := map[int]float64{}
	for i, c := range terms {
		out[i] = -c
	}
	return out
}

// know adds what a figure says.
func (p *program) know(f *figure) {
	terms, silent := p.sum(f.people), f.silent()
	p.atMost(terms, float64(f.high)+4*silent)
	p.atMost(negative(terms), -float64(f.low))
	if f.alike && silent == 0 {
		var first map[int]float64
		for _, id := range slices.Sorted(keysOf(f.people)) {
			if first == nil {
				first = p.sum(map[schedule.ID]float64{id: 1})
				continue
			}
			both := p.sum(map[schedule.ID]float64{id: 1})
			for i, c := range first {
				both[i] -= c
			}
			p.atMost(both, 0)
			p.atMost(negative(both), 0)
		}
	}
	for _, part := range f.parts {
		terms, sign, bound := map[int]float64{}, 1., 0.
		if part.From == 1 { // all who are not beyond it
			sign, bound = -1, float64(len(f.people))
		}
		for id := range f.people {
			for k, c := range p.cells[id] {
				if in := k+2 >= part.From && k+2 <= part.To; in == (sign > 0) {
					terms[c] = sign
				}
			}
		}
		p.atMost(terms, float64(part.N)+silent-bound)
		p.atMost(negative(terms), bound-float64(part.N))
	}
}

// most returns the most that terms can come to above what they truly do: the simplex method
// from the truth, over steps in either direction.
func (p *program) most(terms map[int]float64) float64 {
	n, m := len(p.truth), len(p.rows)
	width := 2*n + 1
	tableau := make([][]float64, m+1)
	for i, row := range p.rows {
		tableau[i] = make([]float64, width)
		for j, c := range row {
			tableau[i][j], tableau[i][n+j] = c, -c
		}
		tableau[i][2*n] = p.slack[i]
	}
	goal := make([]float64, width)
	for j, c := range terms {
		goal[j], goal[n+j] = -c, c
	}
	tableau[m] = goal
	// The columns hold the unknowns that are nought; the rows each hold one that is not.
	basis, free := make([]int, m), make([]int, 2*n)
	for i := range basis {
		basis[i] = 2*n + i
	}
	for j := range free {
		free[j] = j
	}
	for range 20_000 {
		in := -1
		for j := range 2 * n { // the first that helps, so that no circle is possible
			if goal[j] < -1e-9 && (in < 0 || free[j] < free[in]) {
				in = j
			}
		}
		if in < 0 {
			return goal[2*n]
		}
		out := -1
		for i := range m {
			if a := tableau[i][in]; a > 1e-9 {
				if out < 0 {
					out = i
					continue
				}
				is, best := tableau[i][2*n]/a, tableau[out][2*n]/tableau[out][in]
				if is < best-1e-12 || is < best+1e-12 && basis[i] < basis[out] {
					out = i
				}
			}
		}
		if out < 0 {
			panic("nothing bounds what people answered")
		}
		pivot(tableau, out, in)
		basis[out], free[in] = free[in], basis[out]
	}
	return math.Inf(1) // it was not found out
}

// pivot exchanges a row and a column.
func pivot(t [][]float64, row, col int) {
	a := t[row][col]
	t[row][col] = 1
	for j := range t[row] {
		t[row][j] /= a
	}
	for i := range t {
		if f := t[i][col]; i != row && f != 0 {
			t[i][col] = 0
			for j, x := range t[row] {
				if x != 0 {
					t[i][j] -= f * x
				}
			}
		}
	}
}

// known says whether the sum of people's answers can be one thing only.
func (p *program) known(people map[schedule.ID]float64) bool {
	terms := p.sum(people)
	return p.most(terms) < 1-1e-6 && p.most(negative(terms)) < 1-1e-6
}

// found returns the sets of one to four people whose answers together can be one thing only,
// knowing all figures, and could be another knowing any one of them.
func found(answers map[schedule.ID]int, figures []figure) []string {
	all := newProgram(answers)
	for i := range figures {
		all.know(&figures[i])
	}
	var out []string
	for _, set := range suspects(figures) {
		if !all.known(set) {
			continue
		}
		alone := false
		for i := range figures {
			one := newProgram(answers)
			one.know(&figures[i])
			alone = alone || one.known(set)
		}
		if !alone {
			out = append(out, fmt.Sprint(slices.Sorted(keysOf(set))))
		}
	}
	return out
}

// suspects are everybody alone, and one to four people who are in one of two groups and not
// in the other.
func suspects(figures []figure) []map[schedule.ID]float64 {
	var out []map[schedule.ID]float64
	seen := map[string]bool{}
	add := func(set map[schedule.ID]float64) {
		if name := fmt.Sprint(slices.Sorted(keysOf(set))); len(set) > 0 && len(set) < 5 && !seen[name] {
			seen[name] = true
			out = append(out, set)
		}
	}
	for i := range figures {
		for id := range figures[i].people {
			add(map[schedule.ID]float64{id: 1})
		}
		for j := range figures {
			set := map[schedule.ID]float64{}
			for id := range figures[i].people {
				if figures[j].people[id] == 0 {
					set[id] = 1
				}
			}
			add(set)
		}
	}
	return out
}

// An unchanging organisation is a random one in which nobody ever changes their mind.
type unchanging struct {
	*deployment
	rng     *rand.Rand
	teams   []schedule.TeamRecord
	opinion map[schedule.ID]int // to the first question, from 0 to 4
	said    map[schedule.ID]int // by wave, what was answered to it together
	people  int
}

// hire gives a team somebody new.
func (c *unchanging) hire(team *schedule.TeamRecord) {
	c.people++
	p := schedule.Profile{Name: fmt.Sprintf("New %d", c.people), Zone: "UTC", CreatedAt: c.now}
	c.ok(c.schedule.Store.AddPerson(c.t.Context(), &p))
	c.ok(c.schedule.Store.SaveMember(c.t.Context(), &schedule.Membership{Team: team.ID, Person: p.ID, OnCall: true, Share: schedule.FullTime}))
}

// on are the people of a team who are on call.
func (c *unchanging) on(team *schedule.TeamRecord) []schedule.ID {
	ids, err := c.askedOn(c.t.Context(), team.ID, schedule.DateOf(c.now))
	c.ok(err)
	return ids
}

// leave lets one of a team's people be on call no more.
func (c *unchanging) leave(team *schedule.TeamRecord) {
	ids := c.on(team)
	id := ids[c.rng.IntN(len(ids))]
	members, err := c.schedule.Store.Members(c.t.Context(), team.ID)
	c.ok(err)
	for i := range members {
		if members[i].Person == id {
			members[i].OnCall = false
			c.ok(c.schedule.Store.SaveMember(c.t.Context(), &members[i]))
		}
	}
}

// ask asks a team: everybody answers, or most.
func (c *unchanging) ask(team *schedule.TeamRecord) {
	ctx := c.t.Context()
	w, err := c.pulse.Open(ctx, 0, team, health.PulseOrder{Kind: health.PulseShort, Closes: c.now.Add(96 * time.Hour)})
	c.ok(err)
	all := c.rng.IntN(2) == 0
	for _, id := range c.on(team) {
		if _, ok := c.opinion[id]; !ok {
			c.opinion[id] = min(4, c.rng.IntN(6))
		}
		if !all && c.rng.IntN(6) == 0 {
			continue
		}
		links, err := c.pulse.Invitations(ctx, id)
		c.ok(err)
		for i := range links {
			if links[i].ID == w.ID {
				c.ok(c.pulse.Answer(ctx, links[i].Token, &health.PulseReply{Answers: health.PulseAnswers{1 + c.opinion[id], 3, 4, 2, 3, 4, 5, 3}}))
				c.said[w.ID] += c.opinion[id]
			}
		}
	}
}

// live lets the company exist for so many rounds.
func (c *unchanging) live(rounds int) {
	for _, size := range []int{2, 3, 4, 5, 5, 6, 8, 10, 12} {
		in, err := importTeam(fmt.Sprintf("team: Team %d\nzone: UTC\nfrom: 2026-12-07\nweeks: 8\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", len(c.teams), crowd(fmt.Sprint("t", len(c.teams)), size)))
		c.ok(err)
		team, err := c.schedule.AddTeam(c.t.Context(), 0, in)
		c.ok(err)
		c.teams = append(c.teams, team)
	}
	// Somebody of the largest team is on call in the smallest, too.
	guest := c.on(&c.teams[len(c.teams)-1])[0]
	c.ok(c.schedule.Store.SaveMember(c.t.Context(), &schedule.Membership{Team: c.teams[0].ID, Person: guest, OnCall: true, Share: schedule.FullTime}))
	// One team is another with one person more.
	in, err := importTeam(fmt.Sprintf("team: Twin\nzone: UTC\nfrom: 2026-12-07\nweeks: 8\nrotations:\n  - {name: primary, handover: Mon 09:00}\npeople:\n%s", crowd("twin", 1)))
	c.ok(err)
	twin, err := c.schedule.AddTeam(c.t.Context(), 0, in)
	c.ok(err)
	for _, id := range c.on(&c.teams[6]) {
		c.ok(c.schedule.Store.SaveMember(c.t.Context(), &schedule.Membership{Team: twin.ID, Person: id, OnCall: true, Share: schedule.FullTime}))
	}
	c.teams = append(c.teams, twin)
	for range rounds {
		for i := range c.teams {
			c.ask(&c.teams[i])
		}
		c.now = c.now.Add(96 * time.Hour)
		c.ok(c.askTeams(c.t.Context()))
		c.now = c.now.Add(24 * 24 * time.Hour)
		c.ok(c.askTeams(c.t.Context()))
		for i := range c.teams {
			switch team := &c.teams[i]; c.rng.IntN(5) {
			case 0, 1:
				c.hire(team)
			case 2:
				c.hire(team)
				c.leave(team)
			case 3:
				if len(c.on(team)) > 2 {
					c.leave(team)
				}
			}
		}
	}
}

// toldSum is what the API says of several teams.
type toldSum struct {
	Answered, Invited *int
	Index             *float64
	Questions         []toldQuestion
}

type toldQuestion struct {
	ID      string
	Value   *float64
	Range   *health.Bucket
	Answers []health.PulsePart
}

// figures are all that were ever published of the first question, by round, as the API tells them;
// and fail where all together are not what was told of each.
func (c *unchanging) figures() map[string][]figure {
	ctx := c.t.Context()
	root, err := c.schedule.Store.PersonByEmail(ctx, "root@example.com")
	c.ok(err)
	token := c.token(int64(root.ID), auth.ScopeRead)
	get := func(path string, into any) {
		a := c.call(token, http.MethodGet, "/api/v1"+path, "")
		if a.status != http.StatusOK {
			c.t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		c.ok(json.Unmarshal([]byte(a.body), into))
	}
	out := map[string][]figure{}
	groups, untold := map[string][]toldSum{}, map[string][]schedule.ID{}
	for i := range c.teams {
		var list struct {
			Items []struct {
				Number, Invited int
				Published       bool
				Reason          string
				Opens           time.Time `json:"opens_at"`
				Rounded         float64   `json:"rounded_to"`
				toldSum
			}
		}
		get(fmt.Sprintf("/teams/%d/pulse", c.teams[i].ID), &list)
		for _, w := range list.Items {
			wave, err := c.pulse.Store.Wave(ctx, c.teams[i].ID, w.Number)
			c.ok(err)
			people, err := c.pulse.Store.InvitedTo(ctx, wave.ID)
			c.ok(err)
			round := (&health.PulseRound{Number: wave.Round}).From().String()
			if !w.Published {
				if w.Reason != health.PulseOverlapping {
					untold[round] = append(untold[round], people...)
				}
				continue
			}
			w.toldSum.Invited = &w.Invited
			groups[round] = append(groups[round], w.toldSum)
			usual := 1.
			if *w.Answered < 10 {
				usual = 5
			}
			f := figureOf(people, *w.Answered, &w.Questions[0], w.Rounded, w.Rounded > usual)
			f.truth, f.wave = c.said[wave.ID], wave.ID
			out[round] = append(out[round], f)
		}
	}
	var rounds struct {
		Items []struct {
			From      string
			Published bool
			toldSum
			Rest struct {
				Published bool
				toldSum
			}
		}
	}
	get("/pulse", &rounds)
	for _, r := range rounds.Items {
		if r.Rest.Published {
			groups[r.From] = append(groups[r.From], r.Rest.toldSum)
			out[r.From] = append(out[r.From], figureOf(untold[r.From], *r.Rest.Answered, &r.Rest.Questions[0], 10, true))
		}
		c.together(r.From, &r.toldSum, groups[r.From])
	}
	return out
}

// figureOf is what was told of a group.
func figureOf(people []schedule.ID, answers int, q *toldQuestion, step float64, coarse bool) figure {
	f := figure{people: map[schedule.ID]float64{}, answers: answers, parts: q.Answers, coarse: coarse}
	for _, id := range people {
		f.people[id]++
	}
	if q.Range != nil { // all answered alike, so that it is one of two
		f.alike, f.low, f.high = true, answers*int(q.Range.From)/25, answers*int(q.Range.To)/25
		return f
	}
	f.low, f.high = sums(answers, *q.Value, step, coarse)
	return f
}

// together fails unless what is told of all follows from what is told of each: then no
// difference of the two says anything.
func (c *unchanging) together(of string, all *toldSum, groups []toldSum) {
	c.t.Helper()
	answered, invited, sum := 0, 0, 0.
	for i := range groups {
		g := &groups[i]
		answered += *g.Answered
		invited += *g.Invited
		if q := &g.Questions[0]; q.Range != nil {
			sum += float64(*g.Answered) * (q.Range.From + q.Range.To) / 2
		} else {
			sum += float64(*g.Answered) * *q.Value
		}
	}
	want := math.Floor(sum/float64(answered) + .5 + 1e-9)
	if len(groups) < 3 || *all.Answered != answered || *all.Invited != invited || *all.Questions[0].Value != want {
		c.t.Errorf("round of %s: %d of %d answered with %v; its groups say %d of %d with %v", of, *all.Answered, *all.Invited, *all.Questions[0].Value, answered, invited, want)
	}
	if strings.Contains(fmt.Sprint(all.Questions), "parts") || len(all.Questions[0].Answers) > 0 {
		c.t.Errorf("round of %s tells how many chose what", of)
	}
}

// careless is what would be told without the ledger.
func careless(figures []figure) []figure {
	out := slices.Clone(figures)
	for i := range out {
		f := &out[i]
		if f.wave == 0 {
			continue
		}
		step := 1.
		if f.answers < 10 {
			step = 5
		}
		mean := 25 * float64(f.truth) / float64(f.answers)
		f.parts, f.alike = nil, false
		f.low, f.high = sums(f.answers, math.Floor(mean/step+.5+1e-9)*step, step, false)
	}
	return out
}

// Of no one to four people it can be found out what they answered, from all that was ever
// published: through people who join and leave, teams that share somebody, and teams that
// are too small for a result, or another team but for one person. Figures are of different
// answers, five at the least, and all together follow from them; so who supposes nothing
// finds nothing. Nor does who supposes that nobody changes their mind within four weeks. Who
// supposes that nobody ever does finds hardly anybody, and far fewer than without the ledger:
// where a figure is at the end of the scale its rounding can leave one answer only.
func TestAttackDifferences(t *testing.T) {
	seeds, rounds := uint64(4), 4
	if testing.Short() {
		seeds, rounds = 1, 2
	}
	ever, without, suspected, waves, withheld := 0, 0, 0, 0, 0
	for seed := range seeds {
		d := deploy(t, t.TempDir()+"/watchbill.db")
		d.setUp()
		c := &unchanging{deployment: d, rng: rand.New(rand.NewPCG(seed, 10)), opinion: map[schedule.ID]int{}, said: map[schedule.ID]int{}}
		c.live(rounds)
		byRound := c.figures()
		var all []figure
		for _, figures := range byRound {
			if sets := found(c.opinion, figures); len(sets) > 0 {
				t.Errorf("seed %d: from one round it is known what these people answered: %v", seed, sets)
			}
			for i := range figures {
				waves += more(figures[i].wave > 0)
				withheld += more(figures[i].wave > 0 && figures[i].coarse)
				if figures[i].answers < 5 {
					t.Errorf("seed %d: something is told of %d answers", seed, figures[i].answers)
				}
			}
			all = append(all, figures...)
		}
		ever += len(found(c.opinion, all))
		without += len(found(c.opinion, careless(all)))
		suspected += len(suspects(all))
	}
	t.Logf("if nobody ever changes their mind %d of %d are found, and without the ledger %d", ever, suspected, without)
	t.Logf("of %d results %d are rounded further for it; to find nobody they would have to be withheld", waves, withheld)
	if !testing.Short() && (100*ever > suspected || 3*ever > without) {
		t.Errorf("if nobody ever changes their mind %d of %d are found, and without the ledger %d", ever, suspected, without)
	}
}
