package healthdb

import (
	"encoding/json"
	"time"

	"watchbill/health"
	"watchbill/schedule"
)

// A tallyText is a tally as it is written down: figures of bands in the order of
// [schedule.Band], and nothing of what is zero, because most of most days is. A report
// reads hundreds of them.
type tallyText struct {
	Notifications int             `json:"n,omitempty"`
	Volume        int             `json:"v,omitempty"`
	Interruptions []int           `json:"i,omitempty"`
	Episodes      []int           `json:"e,omitempty"`
	OffDuty       []int           `json:"o,omitempty"`
	Nights        []schedule.Date `json:"nights,omitempty"`
	Standby       []int64         `json:"s,omitempty"`
	OnCall        int64           `json:"on,omitempty"`
	Level1        int64           `json:"l1,omitempty"`
	Level2        int64           `json:"l2,omitempty"`
	Engaged       []int64         `json:"w,omitempty"`
	EngagedSum    int64           `json:"ws,omitempty"`
	Flags         []health.Flag   `json:"flags,omitempty"`
}

func tallyOf(t *health.Tally) tallyText {
	return tallyText{
		Notifications: t.Notifications, Volume: t.Volume, Interruptions: bands(t.Interruptions), Episodes: bands(t.Episodes), OffDuty: bands(t.OffDuty),
		Nights: t.Nights, Standby: bands(t.Standby), OnCall: t.OnCall, Level1: t.Level1, Level2: t.Level2, Engaged: bands(t.Engaged),
		EngagedSum: t.EngagedSum, Flags: t.Flags,
	}
}

func (x *tallyText) value() health.Tally {
	t := health.Tally{
		Notifications: x.Notifications, Volume: x.Volume, Nights: x.Nights, OnCall: x.OnCall, Level1: x.Level1, Level2: x.Level2, EngagedSum: x.EngagedSum, Flags: x.Flags,
	}
	copy(t.Interruptions[:], x.Interruptions)
	copy(t.Episodes[:], x.Episodes)
	copy(t.OffDuty[:], x.OffDuty)
	copy(t.Standby[:], x.Standby)
	copy(t.Engaged[:], x.Engaged)
	return t
}

// bands returns the figures of bands, and none when all are zero.
func bands[T int | int64](v health.ByBand[T]) []T {
	if v == (health.ByBand[T]{}) {
		return nil
	}
	return v[:]
}

// openText is what a day hands over: microseconds, zero where nothing is open.
type openText struct {
	Interruption []int64 `json:"i,omitempty"`
	Episode      []int64 `json:"e,omitempty"`
	OffDuty      []int64 `json:"o,omitempty"`
}

func openOf(o *health.Open) openText {
	return openText{ends(o.Interruption), ends(o.Episode), ends(o.OffDuty)}
}

func ends(v health.ByBand[time.Time]) []int64 {
	var out health.ByBand[int64]
	for b, t := range v {
		if !t.IsZero() {
			out[b] = micros(t)
		}
	}
	return bands(out)
}

func (x *openText) value() (o health.Open) {
	for _, v := range []struct {
		from []int64
		to   *health.ByBand[time.Time]
	}{{x.Interruption, &o.Interruption}, {x.Episode, &o.Episode}, {x.OffDuty, &o.OffDuty}} {
		for b, at := range v.from {
			if at != 0 {
				v.to[b] = time.UnixMicro(at).UTC()
			}
		}
	}
	return o
}

// personWeekText and teamWeekText are weeks as they are written down.
type personWeekText struct {
	tallyText
	ShortRests int  `json:"sr,omitempty"`
	ShortWeek  bool `json:"sw,omitempty"`
}

type teamWeekText struct {
	health.TeamWeek
	Sum  tallyText   `json:"sum"`
	Heat map[int]int `json:"heat,omitempty"` // by hour of the week
}

func teamWeekOf(w *health.TeamWeek) teamWeekText {
	x := teamWeekText{TeamWeek: *w, Sum: tallyOf(&w.Sum), Heat: map[int]int{}}
	for d := range w.Heat {
		for h, n := range w.Heat[d] {
			if n != 0 {
				x.Heat[24*d+h] = n
			}
		}
	}
	return x
}

func readTeamWeek(data string) (health.TeamWeek, error) {
	var x teamWeekText
	if err := json.Unmarshal([]byte(data), &x); err != nil {
		return health.TeamWeek{}, err
	}
	w := x.TeamWeek
	w.Sum = x.Sum.value()
	for at, n := range x.Heat {
		if at >= 0 && at < 7*24 {
			w.Heat[at/24][at%24] = n
		}
	}
	return w, nil
}
