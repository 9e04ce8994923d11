package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"watchbill/schedule"
)

// balanceFormat names the format of a balance file.
const balanceFormat = "watchbill-balance/1"

// A balanceFile carries from plan to plan how far each person is above their
// share, in standby points, negative below it. It holds the balance of every day
// on which a plan ended and not only the last, so that making a plan again starts
// from where it started the first time.
type balanceFile struct {
	Format   string       `json:"format"`
	Team     string       `json:"team"`
	Balances []balanceDoc `json:"balances"` // by date
}

// A balanceDoc is the balance at the start of a day.
type balanceDoc struct {
	On     schedule.Date     `json:"on"`
	People map[string]points `json:"people"`
}

// mostCarried is more than anybody could hold in a lifetime on call.
const mostCarried = 10_000_000 * 1000

// readBalance reads a balance file. One that does not exist is a team that has
// never planned.
func readBalance(name, team string) (*balanceFile, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &balanceFile{Format: balanceFormat, Team: team}, nil
	}
	if err != nil {
		return nil, err
	}
	var f balanceFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%s: not a balance file: %w", name, err)
	}
	if f.Format != balanceFormat {
		return nil, fmt.Errorf("%s: the format is %q and not %q", name, f.Format, balanceFormat)
	}
	if f.Team != team {
		return nil, fmt.Errorf("%s: this is the balance of team %q and not of %q", name, f.Team, team)
	}
	for _, b := range f.Balances {
		for _, person := range slices.Sorted(maps.Keys(b.People)) {
			if p := b.People[person]; p > mostCarried || p < -mostCarried {
				return nil, fmt.Errorf("%s: %s carries %v points into %v; nobody earns more than %v", name, person, p, b.On, points(mostCarried))
			}
		}
	}
	slices.SortFunc(f.Balances, func(a, b balanceDoc) int { return a.On.Compare(b.On) })
	return &f, nil
}

// at returns the last balance on or before a day, and nil when there is none.
func (f *balanceFile) at(day schedule.Date) map[string]points {
	var people map[string]points
	for _, b := range f.Balances {
		if !b.On.After(day) {
			people = b.People
		}
	}
	return people
}

// settle records the balance after a plan. Balances later than the plan's start
// came of an earlier version of it and go. Who is not in the plan keeps what they
// had: they may come back.
func (f *balanceFile) settle(d *planDoc) {
	people := map[string]points{}
	for name, p := range f.at(d.From) {
		people[name] = p
	}
	for _, p := range d.People {
		people[p.Name] = p.After
	}
	f.Balances = slices.DeleteFunc(f.Balances, func(b balanceDoc) bool { return b.On.After(d.From) })
	f.Balances = append(f.Balances, balanceDoc{On: d.Until, People: people})
}

// save writes the file so that a reader sees the old one or the new one whole.
func (f *balanceFile) save(name string) error {
	var b bytes.Buffer
	if err := writeJSON(&b, f); err != nil {
		return err
	}
	part := name + ".part"
	if err := os.WriteFile(part, b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(part, name)
}
