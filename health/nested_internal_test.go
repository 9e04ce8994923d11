package health

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"watchbill/schedule"
)

// A rota is who was on call first in each week, from the first block of a cell on.
type rota [][]schedule.ID

func (r rota) weeks() (out []PersonWeek) {
	for i, people := range r {
		for _, id := range people {
			w := PersonWeek{Person: id, Week: cellOf(schedule.Date{Year: 2024, Month: 6, Day: 3}).AddDays(7 * i)}
			w.OnCall, w.Level1 = 3600, 3600
			out = append(out, w)
		}
	}
	return out
}

// randomRota is of a small team: turns of one to four weeks, of two to five people who change.
func randomRota(rng *rand.Rand, blocks int) rota {
	var r rota
	length, people := 1+rng.IntN(4), 2+rng.IntN(4)
	for turn := 0; len(r) < 4*blocks; turn++ {
		if rng.IntN(8) == 0 {
			length, people = 1+rng.IntN(4), 2+rng.IntN(4)
		}
		for range length {
			r = append(r, []schedule.ID{schedule.ID(1 + turn%people)})
		}
	}
	return r[:4*blocks]
}

// determined says whether a sum of blocks follows from others, each a row of blocks.
func determined(rows [][]int64, target []int64) bool {
	var basis [][]*big.Rat
	reduce := func(row []*big.Rat) int {
		for _, b := range basis {
			lead := 0
			for b[lead].Sign() == 0 {
				lead++
			}
			if row[lead].Sign() != 0 {
				f := new(big.Rat).Quo(row[lead], b[lead])
				for j := range row {
					row[j] = new(big.Rat).Sub(row[j], new(big.Rat).Mul(f, b[j]))
				}
			}
		}
		for j := range row {
			if row[j].Sign() != 0 {
				return j
			}
		}
		return -1
	}
	rats := func(row []int64) (out []*big.Rat) {
		for _, x := range row {
			out = append(out, big.NewRat(x, 1))
		}
		return out
	}
	for _, row := range rows {
		if r := rats(row); reduce(r) >= 0 {
			basis = append(basis, r)
		}
	}
	return reduce(rats(target)) < 0
}

// No sum or difference of reports of the past is a block that is not told, or two of them that
// are about too few; and without that rule many are.
func TestNestedReports(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 4))
	const blocks = 15
	open, told, all := 0, 0, 0
	for range 60 {
		r := randomRota(rng, blocks)
		weeks, start := r.weeks(), r.weeks()[0].Week
		today := start.AddDays(7*4*blocks + 2)
		about := func(p ReportPeriod) int { return countTold(sumPeople(weeksIn(weeks, p))) }
		var rows, careless [][]int64
		for _, length := range PeriodWeeks {
			for at := 0; at+length/4 <= blocks; at++ {
				p := ReportPeriod{start.AddDays(28 * at), length}
				if about(p) < fewest {
					continue
				}
				row := make([]int64, blocks)
				for i := range length / 4 {
					row[at+i] = 1
				}
				careless = append(careless, row)
				if all++; !p.parts(weeks, today) {
					rows = append(rows, row)
					told++
				}
			}
		}
		for i := range blocks {
			for j := i; j < blocks; j++ {
				one, other := ReportPeriod{start.AddDays(28 * i), 4}, ReportPeriod{start.AddDays(28 * j), 4}
				both := append(weeksIn(weeks, one), weeksIn(weeks, other)...)
				if countTold(sumPeople(both)) >= fewest {
					continue
				}
				target := make([]int64, blocks)
				target[i], target[j] = 1, 1
				if determined(rows, target) {
					t.Fatalf("blocks %d and %d of %v follow from what is told", i, j, r)
				}
				if determined(careless, target) {
					open++
				}
			}
		}
	}
	t.Logf("%d of %d reports are told; with all of them %d sums of too few would be", told, all, open)
	if open == 0 {
		t.Error("without the rule nothing follows either: the search finds nothing")
	}
}

// A team of three or more who take turns by the week loses no report, and one of turns of two
// weeks those that begin between its cells.
func TestNestedReportsOfUsualTeams(t *testing.T) {
	for length, most := range map[int]int{1: 0, 2: 24} {
		var r rota
		for week := range 60 {
			r = append(r, []schedule.ID{schedule.ID(1 + week/length%5)})
		}
		weeks, lost := r.weeks(), 0
		start := weeks[0].Week
		for at := range 13 {
			for _, weeksLong := range []int{12, 24} {
				p := ReportPeriod{start.AddDays(28 * at), weeksLong}
				if p.Until().After(start.AddDays(7 * 60)) {
					continue
				}
				parted := p.parts(weeks, start.AddDays(7*60))
				if parted {
					lost++
				}
				if parted && p.From == cellOf(p.From) {
					t.Errorf("turns of %d weeks: %d weeks from the first of a cell are not told", length, weeksLong)
				}
			}
		}
		if lost > most {
			t.Errorf("turns of %d weeks: %d reports are not told", length, lost)
		}
	}
}
