package health

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"watchbill/schedule"
)

// The words of the survey are files, one for each language: whoever adds another adds a
// file, and a test says what is missing in it.
//
//go:embed pulse/*.json
var pulseFiles embed.FS

// DefaultLanguage is what is spoken to whom nothing else is.
const DefaultLanguage = "en"

// A PulseLanguage is a language in which the survey is asked.
type PulseLanguage struct {
	Code     string              `json:"-"`
	Name     string              `json:"name"` // in itself
	Weekdays []string            `json:"weekdays"`
	Months   []string            `json:"months"`
	When     string              `json:"when"`
	Agree    []string            `json:"agree"`
	Ends     map[string][]string `json:"ends"` // of scales from 0 to 10: lowest and highest
	Skip     string              `json:"skip"`
	Words    map[string]string   `json:"words"`
	Items    map[string]string   `json:"items"`
}

// languages reads the files once.
var languages = sync.OnceValues(func() ([]PulseLanguage, error) {
	files, err := pulseFiles.ReadDir("pulse")
	if err != nil {
		return nil, err
	}
	var out []PulseLanguage
	for _, f := range files {
		text, err := pulseFiles.ReadFile("pulse/" + f.Name())
		if err != nil {
			return nil, err
		}
		l := PulseLanguage{Code: strings.TrimSuffix(f.Name(), ".json")}
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("words of the survey, %s: %w", f.Name(), err)
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b PulseLanguage) int {
		return cmp.Or(-cmp.Compare(b2i(a.Code == DefaultLanguage), b2i(b.Code == DefaultLanguage)), cmp.Compare(a.Code, b.Code))
	})
	return out, nil
})

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// PulseLanguages returns the languages in which the survey is asked, the default first.
func PulseLanguages() ([]PulseLanguage, error) { return languages() }

// ChooseLanguage returns the language that somebody wants, by its code or by what their
// browser accepts, the header Accept-Language; and where neither says, that of their team.
func ChooseLanguage(code, accepts, team string) (PulseLanguage, error) {
	all, err := languages()
	if err != nil {
		return PulseLanguage{}, err
	}
	best, weight := all[max(0, languageAt(all, team))], 0.0
	if i := languageAt(all, code); i >= 0 {
		return all[i], nil
	}
	for i := range all {
		if w := accepted(accepts, all[i].Code); w > weight {
			best, weight = all[i], w
		}
	}
	return best, nil
}

// languageAt returns where a language is, or less than 0.
func languageAt(all []PulseLanguage, code string) int {
	return slices.IndexFunc(all, func(l PulseLanguage) bool { return l.Code == code })
}

// CheckLanguage says what is wrong with a language that somebody chose; none is a choice.
func CheckLanguage(code string) error {
	all, err := languages()
	if err != nil || code == "" || languageAt(all, code) >= 0 {
		return err
	}
	var known []string
	for i := range all {
		known = append(known, all[i].Code)
	}
	return &schedule.InvalidError{Field: "language", Reason: fmt.Sprintf("the survey is not there in “%.20s”; choose one of %s", code, strings.Join(known, ", "))}
}

// accepted is how much a language is wanted, from 0 to 1.
func accepted(accepts, code string) (weight float64) {
	for part := range strings.SplitSeq(accepts, ",") {
		tag, quality, weighted := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if base != code {
			continue
		}
		w := 1.0
		if weighted {
			q, ok := strings.CutPrefix(strings.TrimSpace(quality), "q=")
			parsed, err := strconv.ParseFloat(q, 64)
			if !ok || err != nil || parsed < 0 || parsed > 1 {
				continue
			}
			w = parsed
		}
		weight = max(weight, w)
	}
	return weight
}

// Say returns words with what stands in braces filled in; pairs are a name and what is
// put in its place.
func (l *PulseLanguage) Say(key string, pairs ...any) string {
	text := l.Words[key]
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return text
}

// Moment returns a time in words, on its own clock.
func (l *PulseLanguage) Moment(t time.Time) string {
	return strings.NewReplacer("{weekday}", l.Weekdays[t.Weekday()], "{day}", strconv.Itoa(t.Day()), "{month}", l.Months[t.Month()-1], "{time}", t.Format("15:04")).Replace(l.When)
}

// Choices are the words of the answers to a question, from the first to the last.
func (l *PulseLanguage) Choices(q *PulseQuestion) []string {
	if q.Kind == AskAgree {
		return l.Agree
	}
	out := make([]string, q.Choices())
	for i := range out {
		if out[i] = strconv.Itoa(i); q.Kind == AskTens {
			out[i] = strconv.Itoa(10*i) + " %"
		}
	}
	return out
}

// quarterly are the questions that are asked besides, with how they are answered.
var quarterly = []PulseQuestion{
	{PulseItem: PulseItem{ID: "toil"}, Kind: AskTens}, {PulseItem: PulseItem{ID: "hours"}, Kind: AskAgree}, {PulseItem: PulseItem{ID: "early"}, Kind: AskAgree},
	{PulseItem: PulseItem{ID: "swaps"}, Kind: AskAgree}, {PulseItem: PulseItem{ID: "fair"}, Kind: AskAgree}, {PulseItem: PulseItem{ID: "pay"}, Kind: AskAgree},
	{PulseItem: PulseItem{ID: "sleep"}, Kind: AskAgree}, {PulseItem: PulseItem{ID: "recommend"}, Kind: AskRecommend}, {PulseItem: PulseItem{ID: "stay"}, Kind: AskAgree},
}

// pulseQuestions are what is asked in a wave of a kind, in every language.
func pulseQuestions(kind string) ([]PulseQuestion, error) {
	var all []PulseQuestion
	for _, item := range PulseItems() {
		all = append(all, PulseQuestion{PulseItem: item, Kind: AskAgree})
	}
	switch kind {
	case PulseShort:
	case PulseQuarterly:
		all = append(all, quarterly...)
	default:
		return nil, &schedule.InvalidError{Field: "kind", Reason: "choose pulse, the eight questions, or quarterly, the long survey"}
	}
	known, err := languages()
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Text = map[string]string{}
		for j := range known {
			all[i].Text[known[j].Code] = known[j].Items[all[i].ID]
		}
	}
	return all, nil
}
