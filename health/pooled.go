package health

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"watchbill/schedule"
)

// A PooledPrior is what rates of an organisation's teams are believed to be before
// anything was seen of one: those of all its teams together in the year before a quarter.
// It holds until the next is made, so that no team's pages move what it is itself believed
// to be, and is made once: pages that come late change the next one.
type PooledPrior struct {
	Quarter string           `json:"-"` // 2026-Q4: its name
	Config  string           `json:"-"` // the version of the configuration that it completes
	MadeAt  time.Time        `json:"-"`
	From    schedule.Date    `json:"from"` // of the weeks it was made of
	Until   schedule.Date    `json:"until"`
	Teams   int              `json:"teams"`
	Weeks   float64          `json:"oncall_weeks"`
	Priors  map[string]Prior `json:"prior"` // those of the configuration that it replaces
}

// leastPrior is the lowest rate that is believed before anything was seen: of a year
// without any nobody knows that there never are.
const leastPrior = 0.01

// quarterOf returns the name of a day's quarter and the day on which it begins.
func quarterOf(d schedule.Date) (name string, begins schedule.Date) {
	n := (int(d.Month) - 1) / 3
	return fmt.Sprintf("%d-Q%d", d.Year, n+1), schedule.Date{Year: d.Year, Month: time.Month(3*n + 1), Day: 1}
}

// Pool makes the prior of the running quarter, if there are teams enough and there is
// none yet. While anything is still to be added up it waits.
func (r *Rollup) Pool(ctx context.Context) error {
	quarter, begins := quarterOf(schedule.DateOf(r.Now().UTC()))
	made, err := r.Store.Priors(ctx, r.Config.Version)
	if err != nil || len(made) > 0 && made[0].Quarter >= quarter {
		return err
	}
	if waiting, err := r.unmeasured(ctx); err != nil || waiting {
		return err
	}
	until := BlockOf(begins)
	o := &Organisation{Period: ReportPeriod{until.AddDays(-7 * trendWeeks), trendWeeks}}
	if err := r.gather(ctx, o); err != nil || o.Sum.Teams < FewestCompared {
		return err
	}
	p := r.Config.pooled(&o.Sum)
	p.Quarter, p.From, p.Until, p.MadeAt = quarter, o.Period.From, until, r.Now()
	return r.Store.InTx(ctx, func(tx Store) error { return tx.AddPrior(ctx, &p) })
}

// unmeasured reports whether blocks are still to be added up, or teams to be measured by
// this configuration.
func (r *Rollup) unmeasured(ctx context.Context) (bool, error) {
	states, err := r.Store.BurdenStates(ctx)
	if err != nil || slices.ContainsFunc(states, func(s BurdenState) bool { return s.Config != r.Config.Version }) {
		return true, err
	}
	return r.Store.BlocksMarked(ctx)
}

// pooled returns the priors of what teams had together, believed as firmly as the
// configuration believes its own. What is not known of every team keeps the
// configuration's: of incidents with nothing to do only those are counted of which
// somebody said so.
func (c *Config) pooled(sum *TeamSum) PooledPrior {
	p := PooledPrior{Config: c.Version, Teams: sum.Teams, Weeks: sum.OnCallWeeks(), Priors: map[string]Prior{}}
	for name, count := range map[string]int{"wake": sum.Wakeups, "offhours": sum.OffHours, "incidents": sum.Incidents} {
		if own, ok := c.Priors[name]; ok {
			// What is kept is what is used: three decimals.
			rate := math.Round(1000*float64(count)/p.Weeks) / 1000
			p.Priors[name] = Prior{M0: math.Max(leastPrior, rate), B: own.B}
		}
	}
	return p
}

// Begun returns the configuration completed by a prior; by none it is itself. Its
// fingerprint is another, and so is the score: one beside the other.
func (c *Config) Begun(p *PooledPrior) Config {
	out := *c
	if p != nil {
		out.Priors = maps.Clone(c.Priors)
		maps.Copy(out.Priors, p.Priors)
	}
	return out
}

// Current returns the configuration by which teams are scored now: completed by the last
// prior that was made, which is nil where there never were teams enough for one.
func (r *Rollup) Current(ctx context.Context) (Config, *PooledPrior, error) {
	quarter, _ := quarterOf(schedule.DateOf(r.Now().UTC()))
	made, err := r.Store.Priors(ctx, r.Config.Version)
	if err != nil {
		return r.Config, nil, err
	}
	for i := range made {
		if made[i].Quarter <= quarter {
			return r.Config.Begun(&made[i]), &made[i], nil
		}
	}
	return r.Config, nil, nil
}
