package health

import (
	"fmt"
	"math"
	"slices"
)

// A PulseItem is a question of the pulse, answered from 1 (disagree) to 5 (agree). Where
// agreeing is bad it is Reversed.
type PulseItem struct {
	ID       string `json:"id"`
	Reversed bool   `json:"reverse,omitempty"`
}

// PulseItems are the eight of specs/health.md 8; their words are with whoever asks.
func PulseItems() []PulseItem {
	var items []PulseItem
	for i := range 8 {
		items = append(items, PulseItem{ID: fmt.Sprintf("Q%d", i+1), Reversed: i == 4})
	}
	return items
}

// PulseAnswers is what one person answered, from 1 to 5 in the order of the items; 0 is
// nothing, or "does not apply".
type PulseAnswers []int

// What an answer is worth, from 0 for the worst to 100.
const (
	worstAnswer, bestAnswer = 1, 5
	pointsPerStep           = 25
)

// A PulseResult is what of a wave may be told to anybody: it holds no figure that is not
// published, so that nothing computed from it can give one away (specs/health.md 8 and
// 10). The score is computed from one.
type PulseResult struct {
	Published bool `json:"published"`
	// Reason says why something is missing: below_k when fewer than the threshold
	// answered, and then there is nothing here; too_few_items when too few questions
	// were answered often enough to make an index of.
	Reason string   `json:"reason,omitempty"`
	N      *int     `json:"n"` // how many answered
	Rate   *float64 `json:"response_rate"`
	// Index is the mean of the items' means, rounded as [Privacy] says; where all alike
	// was answered everywhere it is the middle of Bucket.
	Index  *float64 `json:"index"`
	Bucket *Bucket  `json:"bucket,omitempty"`
	// SD is how much people's own means differ, rounded up, so that an interval can be
	// drawn without telling how close they were.
	SD    *float64          `json:"sd"`
	Items []PulseItemResult `json:"items"`
	// Straight says that more than half answered everything alike, see [Straightlined].
	Straight bool `json:"straight,omitempty"`
}

// Why there is no result, or no index.
const (
	PulseBelowK      = "below_k"
	PulseTooFewItems = "too_few_items"
)

// A PulseItemResult is what is told of one question: a value, or a bucket where everybody
// answered the same, or nothing where too few answered.
type PulseItemResult struct {
	ID     string   `json:"id"`
	Value  *float64 `json:"value"`
	Bucket *Bucket  `json:"bucket,omitempty"`
}

// A Bucket is a range of points, told in place of what everybody answered.
type Bucket struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// bucketOf returns the quarter of an answer. Of the five answers two share the lowest
// quarter and two the highest, so that how strong an opinion is stays unsaid.
func bucketOf(points float64) *Bucket {
	from := 0.0
	for from < 75 && points > from+25 || from == 50 && points >= 75 {
		from += 25
	}
	return &Bucket{from, from + 25}
}

// ScorePulse scores the answers of a wave to which so many were invited. The order of the
// answers does not matter. Those with fewer than half of the items answered do not count.
// With fewer answers than p.K nothing is told, not even how many there were. p is what was
// promised before the wave opened.
func ScorePulse(items []PulseItem, answers []PulseAnswers, invited int, p Privacy) PulseResult {
	w := countPulse(items, answers)
	n := len(w.own)
	if n < p.K {
		return PulseResult{Reason: PulseBelowK}
	}
	out := PulseResult{Published: true, N: &n, Straight: Straightlined(items, answers, p)}
	if invited > 0 {
		rate := math.Min(1, float64(n)/float64(invited))
		out.Rate = &rate
	}
	told, buckets := 0, 0
	for i := range items {
		item := PulseItemResult{ID: items[i].ID}
		switch answered := w.answered[i]; {
		case answered < p.K:
		case w.alike(i) && answered < p.RoundBelow:
			item.Bucket = bucketOf(w.mean(i))
			told++
			buckets++
		default:
			value := p.round(w.mean(i), answered)
			item.Value = &value
			told++
		}
		out.Items = append(out.Items, item)
	}
	index, known := w.index(p)
	switch {
	case !known:
		out.Reason = PulseTooFewItems
		return out
	case told == buckets: // the index would tell what the buckets hide
		out.Bucket = bucketOf(index)
		index = (out.Bucket.From + out.Bucket.To) / 2
	default:
		index = p.round(index, n)
	}
	out.Index = &index
	step := p.step(n)
	sd := math.Max(step, math.Ceil(spread(w.own)/step-1e-9)*step)
	out.SD = &sd
	return out
}

// step returns what figures about so many people are rounded to.
func (p Privacy) step(n int) float64 {
	if n < p.RoundBelow {
		return math.Max(1, float64(p.RoundStep))
	}
	return 1
}

// round rounds a figure about so many people as it is published; halves go up.
func (p Privacy) round(x float64, n int) float64 {
	step := p.step(n)
	return p.clip(roundTo(x, step), step)
}

// pulseCount is what was answered, which stays here.
type pulseCount struct {
	own       []float64 // each person's own mean
	answered  []int     // by item
	sum       []float64
	low, high []float64
}

// countPulse adds up the answers that count.
func countPulse(items []PulseItem, answers []PulseAnswers) pulseCount {
	k := len(items)
	w := pulseCount{answered: make([]int, k), sum: make([]float64, k), low: make([]float64, k), high: make([]float64, k)}
	for _, response := range answers {
		points, sum, n := make([]float64, k), 0.0, 0
		for i := range items {
			if points[i] = math.NaN(); i < len(response) && response[i] >= worstAnswer && response[i] <= bestAnswer {
				points[i] = pulsePoints(items[i], response[i])
				sum += points[i]
				n++
			}
		}
		if n == 0 || 2*n < k {
			continue
		}
		w.own = append(w.own, sum/float64(n))
		for i, x := range points {
			if math.IsNaN(x) {
				continue
			}
			if w.answered[i] == 0 {
				w.low[i], w.high[i] = x, x
			}
			w.answered[i]++
			w.sum[i] += x
			w.low[i], w.high[i] = math.Min(w.low[i], x), math.Max(w.high[i], x)
		}
	}
	slices.Sort(w.own) // so that no sum depends on who came first
	return w
}

// pulsePoints returns what an answer is worth.
func pulsePoints(item PulseItem, answer int) float64 {
	if item.Reversed {
		answer = worstAnswer + bestAnswer - answer
	}
	return float64(pointsPerStep * (answer - worstAnswer))
}

func (w *pulseCount) mean(i int) float64 { return w.sum[i] / float64(w.answered[i]) }

func (w *pulseCount) alike(i int) bool { return w.low[i] == w.high[i] }

// index returns the mean of the means of those items that enough answered, if these are
// half of all.
func (w *pulseCount) index(p Privacy) (float64, bool) {
	sum, n := 0.0, 0
	for i := range w.answered {
		if w.answered[i] >= max(1, p.K) {
			sum += w.mean(i)
			n++
		}
	}
	if n == 0 || 2*n < len(w.answered) {
		return 0, false
	}
	return sum / float64(n), true
}

// spread returns the standard deviation as a sample's.
func spread(xs []float64) float64 {
	if len(xs) < 2 {
		return 0
	}
	mean, squares := 0.0, 0.0
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(len(xs)-1))
}

// NetPromoter returns the share of nines and tens less that of noughts to sixes, in points
// from −100 to 100, of answers from 0 to 10. It is told from ten answers on and never
// scored: of eight, one answer moves it by up to 25 points.
func NetPromoter(answers []int, p Privacy) (float64, bool) {
	up, down, n := 0, 0, 0
	for _, a := range answers {
		switch {
		case a < 0 || a > 10:
			continue
		case a >= 9:
			up++
		case a <= 6:
			down++
		}
		n++
	}
	if n == 0 || n < p.RoundBelow {
		return 0, false
	}
	return 100 * float64(up-down) / float64(n), true
}

// evaluatePulse scores the answers of a file: items, responses by item, and invited.
func evaluatePulse(data []byte) (any, error) {
	var doc struct {
		Items     []PulseItem       `json:"items"`
		Responses []map[string]*int `json:"responses"`
		Invited   int               `json:"invited"`
	}
	if err := decode(data, &doc); err != nil {
		return nil, err
	}
	var bad faults
	bad.unless(len(doc.Items) > 0, "items", "name the questions that were asked")
	known := map[string]int{}
	for i, item := range doc.Items {
		_, twice := known[item.ID]
		bad.unless(item.ID != "" && !twice, fmt.Sprintf("items[%d].id", i), "each question has an id of its own")
		known[item.ID] = i
	}
	bad.unless(doc.Invited >= len(doc.Responses) || doc.Invited == 0, "invited", "more have answered than were invited")
	var answers []PulseAnswers
	for i, response := range doc.Responses {
		row := make(PulseAnswers, len(doc.Items))
		for id, value := range response {
			field := fmt.Sprintf("responses[%d].%s", i, id)
			at, ok := known[id]
			bad.unless(ok, field, "is not among the items")
			if value != nil && ok {
				bad.unless(*value >= worstAnswer && *value <= bestAnswer, field, "must be from 1 to 5, or null")
				row[at] = *value
			}
		}
		answers = append(answers, row)
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	return pulseReport(doc.Items, answers, doc.Invited), nil
}

// A PulseReport is a wave as files have it. Who has the file has the answers, so it says
// the exact index beside the published one.
type PulseReport struct {
	PulseResult
	Invited    int                 `json:"invited"`
	IndexExact *float64            `json:"index_exact"`
	Items      map[string]*float64 `json:"items"`
	Buckets    map[string]*Bucket  `json:"buckets,omitempty"`
}

func pulseReport(items []PulseItem, answers []PulseAnswers, invited int) PulseReport {
	privacy := DefaultConfig().Privacy
	out := PulseReport{PulseResult: ScorePulse(items, answers, invited, privacy), Invited: invited}
	if !out.Published {
		return out
	}
	w := countPulse(items, answers)
	out.IndexExact = known(w.index(privacy))
	out.Items = map[string]*float64{}
	for _, item := range out.PulseResult.Items {
		out.Items[item.ID] = item.Value
		if item.Bucket != nil {
			if out.Buckets == nil {
				out.Buckets = map[string]*Bucket{}
			}
			out.Buckets[item.ID] = item.Bucket
		}
	}
	return out
}
