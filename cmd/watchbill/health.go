package main

import (
	"encoding/json"
	"fmt"
	"io"

	"watchbill/health"
)

type healthCmd struct {
	Eval healthEvalCmd `cmd:"" help:"Measure a team's period from a file of what happened: burden by person and team, answers to incidents, evenness of the schedule, page luck, rest, the pulse, the team's score."`
}

type healthEvalCmd struct {
	File string `arg:"" help:"JSON with people, shifts, pages, incidents and a period (docs/burden.md), or with figures of one (docs/health.md); - reads standard input."`
}

// Run prints what the file comes to as JSON.
func (c *healthEvalCmd) Run(con *console) error {
	in, err := con.open(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	result, err := health.Evaluate(data)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	enc := json.NewEncoder(con.out)
	enc.SetIndent("", " ")
	return enc.Encode(result)
}
