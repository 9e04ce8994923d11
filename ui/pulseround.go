package ui

import (
	"fmt"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// PulseRoundPage is the page "pulseround": what was published of all teams together in four
// weeks. Like [PulsePage] it shows that, and decides nothing.
type PulseRoundPage struct {
	Frame
	None           bool // nothing was published yet
	From, Until    time.Time
	Earlier, Later string
	Table          string // address of the CSV
	Tone, Say      string
	Detail         string
	Tiles          []Tile
	Items          []PulseItemRow
	RestSay        string // of teams of which nothing is told
	Rest           []PulseItemRow
	SeeComments    bool
	Comments       []string
	NoComments     string
	List           []PulseRoundRow // those of which something is told, the newest first
}

// PulseRoundRow is one of the rounds that there are.
type PulseRoundRow struct {
	Href        string
	Here        bool
	From, Until time.Time
	Say, Tone   string
}

func midnight(d schedule.Date) time.Time { return d.At(schedule.Midnight, time.UTC) }

func roundHref(r *health.PulseRound) string { return "/organisation/pulse/" + r.From().String() }

// fillRound shows a round.
func (p *PulseRoundPage) fillRound(r *health.PulseRoundOutcome) {
	p.From, p.Until, p.Table = midnight(r.From()), midnight(r.Until()), "/api/v1/pulse/"+r.From().String()+"/table"
	if r.Before != nil {
		p.Earlier = roundHref(r.Before)
	}
	if r.After != nil {
		p.Later = roundHref(r.After)
	}
	p.Tone, p.Say, p.Detail = r.Say()
	p.RestSay = restSay(&r.Rest)
	if p.Comments = r.Comments; r.Said != "" {
		p.NoComments = map[string]string{
			health.PulseNoRest:    "Every team sees its own comments, so none came up here.",
			health.PulseBelowK:    "Fewer than ten people answered in teams that see no comments, so theirs are shown to nobody.",
			health.PulseForgotten: commentsForgotten,
			health.PulseLost:      "They cannot be opened any more: their key is gone.",
		}[r.Said]
	} else if len(r.Comments) == 0 {
		p.NoComments = "Nobody wrote a comment."
	}
	if !r.Published {
		return
	}
	p.Tiles = roundTiles(r)
	var before *health.PulseSum
	if r.Before != nil {
		before = &r.Before.PulseSum
	}
	p.Items = roundItems(r.Questions, &r.PulseSum, before)
	if r.Rest.Published {
		p.Rest = roundItems(r.Questions, &r.Rest.PulseSum, nil)
	}
}

// restSay says what there is of teams of which nothing else is told.
func restSay(rest *health.PulseRest) string {
	teams := plural(rest.Teams, "team has", "teams have")
	switch {
	case rest.Reason == health.PulseNoRest:
		return "Every team that was asked has a result of its own."
	case rest.Reason == health.PulseLost:
		return teams + " no result, and what people answered there cannot be opened any more: the key is gone."
	case rest.Reason == health.PulseOverlapping:
		return teams + " no result, and together they are another team but for one to four people, so that they are in no figure."
	case rest.Reason == health.PulseFewTeams && rest.Teams == 0:
		return "No team is without a result."
	case !rest.Published:
		return teams + " no result. Too few people answered there, even together, so that they are in no figure."
	}
	return fmt.Sprintf("%s no result. Together %d of %d people answered, and are told as one group, rounded to tens; 10 and 90 stand for all beyond.", teams, *rest.N, *rest.Invited)
}

func roundTiles(r *health.PulseRoundOutcome) []Tile {
	index := Tile{Label: "Pulse", Value: "–", Foot: "Too few teams have a figure."}
	change := Tile{Label: "Change", Value: "–", Foot: "There is nothing before it to compare with."}
	if r.Index != nil {
		index.Value, index.Unit, index.Foot, index.Tone = pointsText(*r.Index), "of 100", "The mean of teams, by how many answered.", pulseTone(*r.Index)
		if r.Before != nil && r.Before.Index != nil {
			change.Value, change.Unit, change.Foot = signed(*r.Index-*r.Before.Index), "points", "Against the four weeks before that have a result; other teams may have been asked."
		}
	}
	rate := Tile{Label: "Answered", Value: fmt.Sprintf("%d of %d", *r.N, *r.Invited), Foot: fmt.Sprintf("%.0f %% of those who are in these figures.", 100**r.Rate)}
	return []Tile{index, change, rate}
}

func roundItems(questions []health.PulseQuestion, now, before *health.PulseSum) []PulseItemRow {
	var rows []PulseItemRow
	for i := range questions {
		q := &questions[i]
		is, was := now.Item(q.ID), (*health.PulseItemResult)(nil)
		if before != nil {
			was = before.Item(q.ID)
		}
		if is == nil {
			is = &health.PulseItemResult{}
		}
		rows = append(rows, pulseItem(q, is, "", was))
	}
	return rows
}
