package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"watchbill/schedule"
	"watchbill/schedule/roster"
)

type planCmd struct {
	Team     string `arg:"" help:"Team file in YAML; - reads standard input."`
	Format   string `enum:"table,json,csv,ics" default:"table" help:"How to print the plan: ${enum} (default ${default})."`
	Strict   bool   `help:"Exit with 1 when a shift is unfilled."`
	Balance  string `placeholder:"FILE" help:"Carry over what people hold above or below their share: read FILE when it exists, and write the balance after this plan to it."`
	Burden   string `placeholder:"FILE" help:"What pages did to people in the weeks before (watchbill-burden/1): who had more than their part holds less."`
	Baseline string `placeholder:"FILE" help:"A published plan as --format json printed it: change as little of it as can be, and nothing that is past or frozen."`
	Today    string `placeholder:"DATE" help:"The day before which a published plan is past, like 2026-12-21 (default: today)."`
	solving
}

// Validate is called by kong when the command line has been read.
func (c *planCmd) Validate() error {
	if c.Today != "" && c.Baseline == "" {
		return errors.New("--today says what of a published plan is past, and needs --baseline")
	}
	return c.solving.Validate()
}

// Run makes a plan and prints it.
func (c *planCmd) Run(con *console) error {
	file, err := con.readTeam(c.Team)
	if err != nil {
		return err
	}
	pl := &planning{staffing: file.staffing}
	var balance *balanceFile
	if c.Balance != "" {
		if balance, err = readBalance(c.Balance, string(pl.ID)); err != nil {
			return err
		}
		pl.balance = balance.at(pl.from)
	}
	if c.Burden != "" {
		warnings, err := pl.readBurden(con, c.Burden)
		if err != nil {
			return err
		}
		file.warnings = append(file.warnings, warnings...)
	}
	if err := c.readBaseline(con, pl, file.frozenUntil); err != nil {
		return err
	}
	if err := pl.prepare(); err != nil {
		return fmt.Errorf("%s: %w", c.Team, err)
	}
	doc, err := c.make(con, pl)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Team, err)
	}
	doc.Warnings = slices.Insert(doc.Warnings, 0, file.warnings...)
	if err := c.print(con, doc); err != nil {
		return err
	}
	if balance != nil {
		balance.settle(doc)
		if err := balance.save(c.Balance); err != nil {
			return err
		}
	}
	return c.judge(con, doc)
}

// make solves, and says all there is to say. Where a published plan holds, what is
// left of the time goes to what more changes would gain.
func (c *planCmd) make(con *console, pl *planning) (*planDoc, error) {
	end := con.now().Add(c.TimeLimit)
	solution, err := c.solve(con, pl.problem)
	if err != nil {
		return nil, err
	}
	doc, err := pl.document(solution)
	if err != nil {
		return nil, err
	}
	doc.Offers, err = pl.offers(solution, func(p *roster.Problem) (*roster.Solution, error) {
		again := solving{TimeLimit: c.TimeLimit / 8, Seed: c.Seed}
		if end.Sub(con.now()) < again.TimeLimit {
			return nil, nil
		}
		return again.solve(con, p)
	}, func() bool { return !con.now().Before(end) })
	return doc, err
}

// readBaseline reads the published plan, if there is one.
func (c *planCmd) readBaseline(con *console, pl *planning, frozenUntil schedule.Date) error {
	if c.Baseline == "" {
		return nil
	}
	today := schedule.DateOf(con.now().In(pl.zone))
	if c.Today != "" {
		var err error
		if today, err = schedule.ParseDate(c.Today); err != nil {
			return usageError{fmt.Errorf("--today: %w", err)}
		}
	}
	in, err := con.open(c.Baseline)
	if err != nil {
		return err
	}
	defer in.Close()
	cut := laterDate(today, frozenUntil)
	pl.published, err = readPublished(in, string(pl.ID), today.At(schedule.Midnight, pl.zone), cut.At(schedule.Midnight, pl.zone))
	if err != nil {
		return fmt.Errorf("%s: %w", c.Baseline, err)
	}
	return nil
}

// print writes the plan in the format asked for, whole or not at all.
func (c *planCmd) print(con *console, doc *planDoc) error {
	var b bytes.Buffer
	var err error
	switch c.Format {
	case "json":
		err = doc.write(&b)
	case "csv":
		err = doc.writeCSV(&b)
	case "ics":
		err = doc.writeICS(&b)
	default:
		err = doc.writeTable(&b, con.paper())
	}
	if err != nil {
		return err
	}
	if c.Format != "table" && c.Format != "json" {
		for _, warning := range doc.Warnings {
			fmt.Fprintln(con.err, "watchbill:", warning)
		}
	}
	_, err = con.out.Write(b.Bytes())
	return err
}

// judge refuses a plan with unfilled shifts when --strict asks for that.
func (c *planCmd) judge(con *console, doc *planDoc) error {
	open := 0
	for _, s := range doc.Shifts {
		if s.Person == "" {
			open++
		}
	}
	switch {
	case open == 0:
		return nil
	case c.Strict:
		return fmt.Errorf("%s of %d unfilled", count(open, "shift"), len(doc.Shifts))
	case c.Format != "table":
		fmt.Fprintf(con.err, "watchbill: %s of %d unfilled\n", count(open, "shift"), len(doc.Shifts))
	}
	return nil
}
