package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watchbill/health"
)

// The attack: somebody knows the schema, every page, the log, and who answered when, and has
// every copy of the database that they could make, between any two answers. They try to
// say what somebody answered. Seeds are fixed, so that what people answer and in which order is
// the same each time; keys and links are random, as they are.

// everything is every row of every table, and how PostgreSQL has it, by table.
func (d *deployment) everything() map[string][]string {
	d.t.Helper()
	lite := d.db.File() != ""
	var tables []string
	list := "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
	if lite {
		list = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
	}
	d.ok(d.db.Read.Raw(list).Scan(&tables).Error)
	out := map[string][]string{}
	for _, table := range tables {
		what := "*"
		if !lite {
			what = "ctid, xmin, *"
		}
		rows, err := d.db.Read.Raw("SELECT " + what + " FROM " + table).Rows()
		d.ok(err)
		columns, err := rows.Columns()
		d.ok(err)
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			d.ok(rows.Scan(cells...))
			var b strings.Builder
			for i := range cells {
				fmt.Fprintf(&b, "%s=%v ", columns[i], *cells[i].(*any))
			}
			out[table] = append(out[table], b.String())
		}
		d.ok(rows.Err())
		rows.Close()
	}
	return out
}

// changed are the tables in which anything differs, with how many of their rows do.
func changed(was, is map[string][]string) map[string]int {
	out := map[string]int{}
	for table := range is {
		if n := len(is[table]) - len(was[table]); n != 0 {
			out[table] += max(n, -n)
			continue
		}
		for i := range is[table] {
			if is[table][i] != was[table][i] {
				out[table]++
			}
		}
	}
	return out
}

// copies are the bytes of everything on the disk that is no key: the database, its log of
// writes, and a backup made now.
func (d *deployment) copies() []byte {
	d.t.Helper()
	file := d.db.File()
	if file == "" {
		return nil
	}
	backup := filepath.Join(d.t.TempDir(), "backup.db")
	d.ok(d.db.Backup(d.t.Context(), backup))
	var all []byte
	for _, name := range []string{file, file + "-wal", backup} {
		b, err := os.ReadFile(name)
		d.ok(err)
		all = append(all, b...)
	}
	return all
}

// sealed is what lies in the box of a wave.
func (d *deployment) sealed(w *health.PulseWave) []byte {
	box, err := d.pulse.Store.Box(d.t.Context(), w.ID)
	d.ok(err)
	return box.Answers
}

// An answer changes one row, in which nothing is to be seen, whoever has logged in with that
// browser, and no page that anybody could look at.
func TestAttackTraces(t *testing.T) { both(t, attackTraces) }

func attackTraces(t *testing.T, d *deployment) {
	d.sealWith(strings.Repeat("secret ", 8))
	if file := d.db.File(); file != "" {
		d.pulse.Keys = keysBeside(file)
	}
	admin := d.setUp()
	team, w, tokens := d.asked("Watched", 12, health.PulseShort)
	boss, someone := d.person("p1@watched.example"), d.person("p2@watched.example")
	var links []string
	d.ok(d.db.Read.Raw("SELECT hash FROM pulse_link WHERE wave_id = ?", w.ID).Scan(&links).Error)
	if !slices.IsSorted(links) || len(links) != 12 {
		t.Errorf("links stand in an order of their own: %v", links)
	}
	look := func() string {
		var b strings.Builder
		for _, as := range []*browser{boss, admin} {
			for _, path := range []string{"/", "/pulse", "/teams/%d/pulse", "/teams/%d/pulse/1", "/teams/%d/burden", "/teams/%d/settings", "/audit?of=team-%d", "/api/v1/teams/%d/audit"} {
				path = strings.ReplaceAll(path, "%d", fmt.Sprint(team.ID))
				_, body := as.get(path)
				b.WriteString(body)
			}
		}
		return b.String()
	}
	secrets := []string{}
	for i, token := range tokens {
		d.now = d.now.Add(7 * time.Minute)
		said := fmt.Sprintf("zebra-%d-%s", i, secretOf(fmt.Sprint(i))[:8])
		raw, err := base64.RawURLEncoding.DecodeString(token)
		d.ok(err)
		sum := sha256.Sum256(raw)
		secrets = append(secrets, said, token, string(raw), hex.EncodeToString(raw), string(sum[:]))
		seen := look()
		before, length := d.everything(), len(d.sealed(&w))
		status, body := someone.get("/pulse/" + token)
		someone.expect(status, body, http.StatusOK, "Anonymous")
		if diff := changed(before, d.everything()); len(diff) > 0 {
			t.Errorf("looking at a link changed %v", diff)
		}
		status, body = someone.post("/pulse/"+token, answers("12345123", "comment", said)...)
		someone.expect(status, body, http.StatusOK, "Thank you")
		after := d.everything()
		if diff := changed(before, after); len(diff) != 1 || diff["pulse_box"] != 1 {
			t.Errorf("answer %d changed %v, want one row of pulse_box", i, diff)
		}
		if now := len(d.sealed(&w)); now != length {
			t.Errorf("answer %d: the box had %d bytes and has %d", i, length, now)
		}
		if again := look(); again != seen {
			t.Errorf("after answer %d a page is different", i)
		}
	}
	for _, where := range []struct {
		name string
		in   []byte
	}{{"a copy of the database while it was open", d.copies()}, {"the log", d.out.Bytes()}} {
		for _, s := range secrets {
			if bytes.Contains(where.in, []byte(s)) {
				t.Errorf("%s has %q", where.name, s)
			}
		}
	}
	d.now = w.Closes
	d.ok(d.pulse.CloseDue(t.Context()))
	_, body := boss.get(fmt.Sprintf("/teams/%d/pulse/1", team.ID))
	boss.expect(http.StatusOK, body, http.StatusOK, "12 of 12", "zebra-11-")
	// Now the comments are there, and nothing with which they could be put together.
	end := d.everything()
	for table, rows := range end {
		if table == "pulse_comment" {
			continue
		}
		for _, row := range rows {
			if strings.Contains(row, "zebra-") {
				t.Errorf("%s has a comment: %s", table, row)
			}
		}
	}
	if n := len(end["pulse_box"]); n != 0 {
		t.Errorf("%d boxes are left", n)
	}
	d.roundOver()
	if n := len(d.everything()["pulse_pool"]); n != 0 {
		t.Errorf("%d pools are left", n)
	}
	if file := d.db.File(); file != "" {
		keys, err := os.ReadDir(keysBeside(file).dir)
		d.ok(err)
		if len(keys) != 0 {
			t.Errorf("%d keys are left", len(keys))
		}
	}
}

// Requests that are noted, because they took long, are noted without their link.
func TestAttackLog(t *testing.T) {
	both(t, func(t *testing.T, d *deployment) {
		d.setUp()
		_, _, tokens := d.asked("Slow", 5, health.PulseShort)
		d.wall = func() time.Time { d.now = d.now.Add(2 * time.Second); return d.now }
		b := d.browser()
		for _, path := range []string{"/pulse/" + tokens[0], "/pulse/" + tokens[0] + "x"} {
			b.get(path)
			b.post(path, answers("12345123")...)
		}
		log := d.out.String()
		if n := strings.Count(log, "level=WARN msg=request"); n != 4 {
			t.Errorf("%d requests are noted, want 4", n)
		}
		if strings.Contains(log, tokens[0]) || strings.Contains(log, "127.0.0.1") {
			t.Errorf("the log has a link, or an address:\n%s", log)
		}
	})
}

// Of hundreds of answers, each with the box before and after it, nobody learns to tell what
// was answered from what they can measure of the two; and comments stand in no order that
// goes with who came when, or whose links come first.
func TestAttackStatistics(t *testing.T) {
	d := deploy(t, t.TempDir()+"/watchbill.db")
	d.setUp()
	rng := rand.New(rand.NewPCG(26, 5))
	waves := 40
	if testing.Short() {
		waves = 12
	}
	team, w, _ := d.asked("Counted", 12, health.PulseShort)
	var features [][]float64
	var said []bool
	concordant, pairs := map[string]int{}, 0
	for range waves {
		tokens := d.pulseTokens(&team)
		order := rng.Perm(len(tokens))
		when, byLink := map[string]int{}, map[string]int{}
		for i, p := range order {
			before := d.sealed(&w)
			high := rng.IntN(2) == 1
			r := &health.PulseReply{Answers: make(health.PulseAnswers, 8), Comment: fmt.Sprintf("c-%d", p)}
			for q := range r.Answers {
				if r.Answers[q] = 1 + rng.IntN(2); high {
					r.Answers[q] += 3
				}
			}
			d.ok(d.pulse.Answer(t.Context(), tokens[p], r))
			features, said = append(features, measured(before, d.sealed(&w))), append(said, high)
			when[fmt.Sprintf("c-%d", p)], byLink[fmt.Sprintf("c-%d", p)] = i, p
		}
		d.now = w.Closes
		d.ok(d.pulse.CloseDue(t.Context()))
		comments, err := d.pulse.Store.WaveComments(t.Context(), w.ID)
		d.ok(err)
		if len(comments) != len(tokens) {
			t.Fatalf("%d comments, want %d", len(comments), len(tokens))
		}
		for i := range comments {
			for j := range i {
				pairs++
				concordant["when they came"] += more(when[comments[j]] < when[comments[i]])
				concordant["who they are"] += more(byLink[comments[j]] < byLink[comments[i]])
			}
		}
		w, err = d.pulse.Open(t.Context(), 0, &team, health.PulseOrder{Kind: health.PulseShort, Closes: d.now.Add(96 * time.Hour)})
		d.ok(err)
	}
	// Half of the answers are known to the attacker, who learns from them and guesses the others.
	right, guesses := learned(features, said)
	if z := beyondChance(right, guesses); math.Abs(z) > 4.5 {
		t.Errorf("%d of %d answers were guessed right from the box: z = %.1f", right, guesses, z)
	}
	// Of n things in random order the pairs that stand as in another order vary by
	// n(n-1)(2n+5)/72.
	n := 12.
	spread := math.Sqrt(float64(waves) * n * (n - 1) * (2*n + 5) / 72)
	for what, count := range concordant {
		if z := (float64(count) - float64(pairs)/2) / spread; math.Abs(z) > 4.5 {
			t.Errorf("%d of %d pairs of comments stand as %s: z = %.1f", count, pairs, what, z)
		}
	}
	t.Logf("%d of %d answers guessed; %v of %d pairs", right, guesses, concordant, pairs)
}

func more(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// measured is what can be measured of a box before and after an answer.
func measured(was, is []byte) []float64 {
	f := []float64{float64(len(is) - len(was)), 0, 0, 0, 0, -1}
	for i := range is {
		f[1] += float64(is[i])
		if i < len(was) {
			if was[i] == is[i] {
				f[2]++
				f[5] = float64(i)
			}
			f[3] += float64(bitsOf(was[i] ^ is[i]))
		}
	}
	// The places where answers lie when it is open.
	for _, b := range is[min(len(is), 400):min(len(is), 500)] {
		f[4] += float64(b)
	}
	return f
}

func bitsOf(b byte) (n int) {
	for ; b > 0; b &= b - 1 {
		n++
	}
	return n
}

// learned guesses each second answer by the nearer of the two means of the others, with
// each measure in its own spread.
func learned(features [][]float64, said []bool) (right, guesses int) {
	k := len(features[0])
	mean, count := map[bool][]float64{true: make([]float64, k), false: make([]float64, k)}, map[bool]float64{}
	spread := make([]float64, k)
	for i := 0; i < len(said); i += 2 {
		count[said[i]]++
		for j, x := range features[i] {
			mean[said[i]][j] += x
		}
	}
	for j := range k {
		mean[true][j] /= count[true]
		mean[false][j] /= count[false]
		for i := 0; i < len(said); i += 2 {
			x := features[i][j] - mean[said[i]][j]
			spread[j] += x * x
		}
		spread[j] = max(1e-9, spread[j])
	}
	for i := 1; i < len(said); i += 2 {
		far := map[bool]float64{}
		for j, x := range features[i] {
			for _, side := range []bool{true, false} {
				far[side] += (x - mean[side][j]) * (x - mean[side][j]) / spread[j]
			}
		}
		guesses++
		right += more((far[true] < far[false]) == said[i])
	}
	return right, guesses
}

// beyondChance is by how many standard deviations guesses are better than a coin's.
func beyondChance(right, guesses int) float64 {
	n := float64(guesses)
	return (float64(right) - n/2) / math.Sqrt(n/4)
}

// The attack finds what it looks for where it is: the same measures tell answers apart when
// they are written as they are.
func TestAttackWouldFind(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 26))
	var features [][]float64
	var said []bool
	box := make([]byte, 600)
	for range 200 {
		before := slices.Clone(box)
		high := rng.IntN(2) == 1
		for q := range 8 {
			if box[400+q] = byte(1 + rng.IntN(2)); high {
				box[400+q] += 3
			}
		}
		features, said = append(features, measured(before, box)), append(said, high)
	}
	if right, guesses := learned(features, said); beyondChance(right, guesses) < 4.5 {
		t.Errorf("%d of %d answers were guessed right from a box that is not sealed", right, guesses)
	}
}
