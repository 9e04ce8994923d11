package roster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func coverOnly(p *Problem) Assignment {
	f := newFinder(context.Background(), p, Assignment{}, 1)
	t := &trial{ctx: context.Background(), seed: 1, work: 100_000_000}
	a := Assignment{}
	for _, part := range f.parts {
		_, found := t.uncovered(f.b.only(part), nil, nil)
		for s, m := range found {
			a[s] = &m
		}
	}
	return a
}

func TestExplainProbe(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/roster/problems/" + os.Getenv("P") + "*.json")
	for _, f := range files {
		r, _ := os.Open(f)
		p, err := Read(r)
		if err != nil {
			t.Fatal(err)
		}
		cut, _ := strconv.Atoi(os.Getenv("CUT"))
		var ms []Member
		for i, m := range p.Members {
			if cut == 0 || i%cut != 0 {
				ms = append(ms, m)
			}
		}
		p.Members = ms
		t0 := time.Now()
		a := coverOnly(p)
		fmt.Println(p.Name, "cover", time.Since(t0))
		t0 = time.Now()
		cs, rs, team := explain(context.Background(), p, a, 1, BudgetFor(10*time.Second)/4)
		d := time.Since(t0)
		fmt.Println(p.Name, "open", len(p.Slots)-len(a), "explain", d)
		for i, c := range cs {
			if i%(len(cs)/10+1) == 0 {
				fmt.Println("  ", c.Slots, c.Reasons, c.Text)
			}
		}
		for _, c := range rs {
			fmt.Println("  R", c.Uncovered, c.Change, c.Text)
		}
		if team != nil {
			fmt.Println("  T", *team)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		t0 = time.Now()
		cs, rs, team = explain(ctx, p, a, 1, BudgetFor(30*time.Second)/4)
		fmt.Println("cancelled", time.Since(t0), len(cs), len(rs), team)
	}
}
