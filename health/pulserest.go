package health

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"watchbill/schedule"
)

// countedTwice returns by how many answers at the most waves have more than people: somebody
// in two teams may have answered in both. It is not known, and not asked, who did.
func countedTwice(ctx context.Context, tx Store, parts []roundPart) (int, error) {
	seen, twice := map[schedule.ID]bool{}, 0
	for i := range parts {
		people, err := tx.InvitedTo(ctx, parts[i].ID)
		if err != nil {
			return 0, err
		}
		for _, id := range people {
			if seen[id] {
				twice++
			}
			seen[id] = true
		}
	}
	return twice, nil
}

// besideTeams takes back what is told of the rest where it is a team that was told of but
// for one to four people, or such a team is the rest but for them.
func besideTeams(ctx context.Context, tx Store, rest *PulseRest, parts, untold []roundPart) error {
	k, all := DefaultConfig().Privacy.KDiff, map[schedule.ID]bool{}
	for i := range untold {
		people, err := tx.InvitedTo(ctx, untold[i].ID)
		if err != nil {
			return err
		}
		for _, id := range people {
			all[id] = true
		}
	}
	for i := range parts {
		if !parts[i].doc.Published {
			continue
		}
		people, err := tx.InvitedTo(ctx, parts[i].ID)
		if err != nil {
			return err
		}
		common := 0
		for _, id := range people {
			common += some(all[id])
		}
		if nearlySame(len(people), len(all), common, k) {
			*rest = PulseRest{Teams: rest.Teams, Reason: PulseOverlapping}
			return nil
		}
	}
	return nil
}

// restOf is what is told of teams of which nothing else is. They are enough when as many
// people as any of them was promised have answered: then no team is alone, because of
// each fewer have.
func restOf(untold []roundPart, in *pooled, twice int) PulseRest {
	k, invited := DefaultConfig().Privacy.K, 0
	for i := range untold {
		k = max(k, untold[i].Least)
		invited += untold[i].Invited
	}
	rest := PulseRest{Teams: len(untold)}
	switch {
	case len(untold) == 0:
		rest.Reason = PulseNoRest
	case in == nil:
		rest.Reason = PulseLost
	case int(in.answers)-twice < k:
		rest.Reason = PulseBelowK
	}
	if rest.Reason != "" {
		return rest
	}
	n, rate := int(in.answers), math.Min(1, float64(in.answers)/float64(invited))
	rest.Published, rest.N, rest.Invited, rest.Rate = true, &n, &invited, &rate
	privacy := DefaultConfig().Privacy
	privacy.RoundStep, privacy.RoundBelow, privacy.coarse = restStep, n+1, true
	sum, told, buckets := 0.0, 0, 0
	for i, item := range PulseItems() {
		value, bucket, ok := stepsMean(item, &in.steps[i], k+twice)
		r := PulseItemResult{ID: item.ID, Bucket: bucket}
		if ok {
			sum += value
			told++
			if bucket != nil {
				buckets++
			} else {
				value = privacy.round(value, n)
				r.Value = &value
			}
		}
		rest.Items = append(rest.Items, r)
	}
	if 2*told < poolItems {
		return rest
	}
	index := sum / float64(told)
	if told == buckets {
		rest.Bucket = bucketOf(index)
		index = (rest.Bucket.From + rest.Bucket.To) / 2
	} else {
		index = privacy.round(index, n)
	}
	rest.Index = &index
	return rest
}

// stepsMean returns the mean of what was chosen, where at least so many have; and the
// quarter where all alike was.
func stepsMean(item PulseItem, steps *[bestAnswer]uint32, least int) (float64, *Bucket, bool) {
	n, sum, different := 0, 0.0, 0
	for i, count := range steps {
		n += int(count)
		sum += float64(count) * pulsePoints(item, i+1)
		different += some(count > 0)
	}
	if n < least {
		return 0, nil, false
	}
	mean := sum / float64(n)
	if different == 1 {
		return mean, bucketOf(mean), true
	}
	return mean, nil, true
}

func some(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// roundTo rounds to a step; halves go up.
func roundTo(x, step float64) float64 { return math.Floor(x/step+0.5+1e-9) * step }

// commentsOf are the comments of teams that see none, in an order that nobody wrote them
// in, if as many people have answered there as any of them was promised.
func commentsOf(silent []roundPart, in *pooled, twice int) ([]string, string) {
	k := DefaultConfig().Privacy.KComments
	for i := range silent {
		k = max(k, silent[i].LeastSaid)
	}
	switch {
	case len(silent) == 0:
		return nil, PulseNoRest
	case in == nil:
		return nil, PulseLost
	case int(in.silent)-twice < k:
		return nil, PulseBelowK
	}
	return shuffled(in.said()), ""
}

// shuffled puts comments in an order that goes with nothing but their words.
func shuffled(comments []string) []string {
	slices.SortFunc(comments, func(a, b string) int {
		return cmp.Or(bytes.Compare(hashOf([]byte(a)), hashOf([]byte(b))), strings.Compare(a, b))
	})
	return comments
}
