package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"watchbill/schedule/roster"
)

// solving are the flags of every command that solves.
type solving struct {
	TimeLimit time.Duration `default:"10s" help:"Stop with the best found after this long (default ${default})."`
	Seed      int64         `default:"1" help:"Break ties differently; the same seed gives the same result (default ${default})."`

	prices bool // the solution is to come with its certificate
}

// Validate is called by kong when the command line has been read.
func (s *solving) Validate() error {
	if s.TimeLimit <= 0 {
		return fmt.Errorf("--time-limit must be longer than nothing, like 10s or 2m")
	}
	return nil
}

// solve solves a problem within the limits of the flags. Ctrl-C, or the end of
// the time, takes the best found so far; a second Ctrl-C ends the program.
func (s *solving) solve(con *console, p *roster.Problem) (*roster.Solution, error) {
	interrupt, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(interrupt, stop)
	// The budget of work is what ends a solve on an ordinary machine, and makes
	// it repeatable. The clock is for a machine that is slower than that.
	limited, cancel := context.WithTimeout(interrupt, s.TimeLimit)
	defer cancel()
	search, enough := context.WithTimeout(limited, s.TimeLimit*4/5)
	defer enough()

	line, start := newProgressLine(con), con.now()
	solution, err := roster.Solve(limited, p, roster.Options{
		Seed: s.Seed, Budget: roster.BudgetFor(s.TimeLimit), Search: search, Certificate: s.prices, Progress: line.report(),
	})
	line.clear()
	if err != nil {
		return nil, err
	}
	solution.Seconds = con.now().Sub(start).Round(time.Millisecond).Seconds()
	if interrupt.Err() != nil {
		fmt.Fprintln(con.err, "watchbill: stopped early; this is the best found so far")
	}
	return solution, nil
}
