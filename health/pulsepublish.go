package health

import "slices"

// publish makes of all replies of a wave what may be told of them, beside what was told of
// the same people. Everything that anybody is ever shown of a wave comes out of here.
func publish(w *PulseWave, replies []PulseReply, ledger []PulseOverlap) (PulseDoc, []string) {
	if w.Small() {
		return PulseDoc{PulseResult: PulseResult{Reason: PulseSmallTeam}, Said: PulseSmallTeam}, nil
	}
	privacy := w.privacy()
	if refused(w, ledger, privacy.KDiff) {
		return PulseDoc{PulseResult: PulseResult{Reason: PulseOverlapping}, Said: PulseOverlapping}, nil
	}
	privacy = privacy.beside(len(replies), w.Invited, ledger)
	core := w.Core()
	items := make([]PulseItem, core)
	for i := range items {
		items[i] = w.Questions[i].PulseItem
	}
	var answers []PulseAnswers
	for i := range replies {
		answers = append(answers, replies[i].Answers[:core])
	}
	doc := PulseDoc{PulseResult: ScorePulse(items, answers, w.Invited, privacy)}
	if !doc.Published {
		doc.Said = doc.Reason
		return doc, nil
	}
	doc.Step, doc.Coarse = privacy.step(len(replies)), privacy.coarse
	for i := range items {
		if parts := spreadOf(i, answers, privacy); parts != nil {
			doc.Spread = append(doc.Spread, PulseSpread{items[i].ID, parts})
		}
	}
	for i := core; i < len(w.Questions); i++ {
		doc.Extra = append(doc.Extra, extra(&w.Questions[i], i, replies, privacy))
	}
	doc.Straight = len(replies) >= privacy.RoundBelow && straight(answers)
	comments := said(w, replies)
	if len(replies) < w.LeastSaid {
		doc.Said = PulseBelowK
	}
	return doc, comments
}

// privacy are the thresholds that were promised when the wave opened.
func (w *PulseWave) privacy() Privacy {
	p := DefaultConfig().Privacy
	p.K, p.KComments = max(p.K, w.Least), max(p.KComments, w.LeastSaid)
	return p
}

// said are the comments that the team sees, in an order that nobody wrote them in.
func said(w *PulseWave, replies []PulseReply) []string {
	var comments []string
	for i := range replies {
		if r := &replies[i]; r.Comment != "" && (len(replies) >= w.LeastSaid || r.Share) {
			comments = append(comments, r.Comment)
		}
	}
	return shuffled(comments)
}

// extra is what is told of a question that is not scored, under the same thresholds.
func extra(q *PulseQuestion, at int, replies []PulseReply, p Privacy) PulseExtra {
	out := PulseExtra{PulseItemResult: PulseItemResult{ID: q.ID}}
	var all []int // from 0 on
	for i := range replies {
		if a := replies[i].Answers[at]; a > 0 {
			all = append(all, a-1)
		}
	}
	if len(all) < p.K {
		out.Reason = PulseBelowK
		return out
	}
	if q.Kind == AskRecommend {
		if value, ok := NetPromoter(all, p); ok {
			value = p.round(value, len(all))
			out.Value = &value
		} else {
			out.Reason = PulseBelowTen
		}
		return out
	}
	step := 100 / float64(q.Choices()-1)
	mean := 0.0
	for _, a := range all {
		if q.Reversed {
			a = q.Choices() - 1 - a
		}
		mean += step * float64(a) / float64(len(all))
	}
	if slices.Min(all) == slices.Max(all) && len(all) < p.RoundBelow {
		out.Bucket = bucketOf(mean)
		return out
	}
	mean = p.round(mean, len(all))
	out.Value = &mean
	return out
}

// straight says whether most answered the same to every question, also to the one that
// asks the other way round: then nobody has read them.
func straight(answers []PulseAnswers) bool {
	n := 0
	for _, a := range answers {
		if slices.Min(a) == slices.Max(a) {
			n++
		}
	}
	return 2*n > len(answers)
}
