package ui

import (
	"time"

	"watchbill/health"
)

// Survey is the page "survey": what a link leads to, for whoever has it. It knows nobody.
type Survey struct {
	Frame
	Words     *health.PulseLanguage
	Languages []SurveyLanguage
	Of        string // the team's name
	Number    int
	Closes    time.Time
	Least     int
	Invited   int
	Small     bool // the team gets no result of its own
	Up        bool // what the team is not told goes up to all teams
	LeastSaid int
	Questions []SurveyQuestion
	Missing   int    // questions without an answer, after the form was sent
	Few       string // that too few questions were answered, or ""
	Comment   Field
	Share     bool
	Action    string // where the form goes
}

// SurveyLanguage is another language of a survey.
type SurveyLanguage struct {
	Code, Name, Href string
	On               bool
}

// SurveyQuestion is one question with its answers.
type SurveyQuestion struct {
	N             int
	Name, Text    string
	Choices       []SurveyChoice
	Low, High     string // what the ends of a long scale mean
	Skip, Missing bool
}

// SurveyChoice is one answer.
type SurveyChoice struct {
	Value int
	Label string
	On    bool
}

// Long says whether the answers are figures, of which there are many.
func (q SurveyQuestion) Long() bool { return len(q.Choices) > 5 }

// CommentHint says who may read a comment.
func (p Survey) CommentHint() string {
	switch {
	case !p.Up:
		return "comment_hint"
	case p.Small:
		return "comment_hint_small"
	}
	return "comment_hint_up"
}

// fillSurvey shows a wave in a language, with what was answered already.
func (p *Survey) fillSurvey(w *health.PulseWave, said *health.PulseReply, sent bool) {
	p.Number, p.Least, p.LeastSaid, p.Invited, p.Small = w.Number, w.Least, w.LeastSaid, w.Invited, w.Small()
	p.Up = w.Round > 0
	p.Closes = w.Closes.In(zoneOf(w.Zone))
	for i := range w.Questions {
		asked := &w.Questions[i]
		q := SurveyQuestion{N: i + 1, Name: "q" + itoa(int64(i+1)), Text: asked.In(p.Words.Code)}
		answer := answerOf(said, i)
		for j, label := range p.Words.Choices(asked) {
			q.Choices = append(q.Choices, SurveyChoice{j + 1, label, answer == j+1})
		}
		if ends := p.Words.Ends[asked.Kind]; len(ends) == 2 {
			q.Low, q.High = ends[0], ends[1]
		}
		q.Skip, q.Missing = answer == 0, sent && answer < 0
		if q.Missing {
			p.Missing++
		}
		p.Questions = append(p.Questions, q)
	}
	if said != nil {
		p.Comment.Value, p.Share = said.Comment, said.Share
	}
}

// answerOf is what was answered to a question; less than nothing where nothing was.
func answerOf(said *health.PulseReply, i int) int {
	if said == nil || i >= len(said.Answers) {
		return -1
	}
	return said.Answers[i]
}

// SurveyDone is the page "surveydone": what a link leads to when there is nothing to ask.
type SurveyDone struct {
	Frame
	Words     *health.PulseLanguage
	Of        string // the team's name
	Number    int
	State     string // thanks, used or closed
	Closes    time.Time
	Least     int
	Small     bool
	Said, Did string // of the wave before
	Results   string // where they are
}
