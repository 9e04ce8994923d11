package main

import (
	"fmt"
	"io"
	"os"

	"watchbill/schedule/roster"
)

type solveCmd struct {
	Problem string `arg:"" help:"File with the problem in JSON; - reads standard input."`
	solving
}

// Run prints the solution of the problem as JSON.
func (c *solveCmd) Run(con *console) error {
	in, err := con.open(c.Problem)
	if err != nil {
		return err
	}
	defer in.Close()
	problem, err := roster.Read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Problem, err)
	}
	solution, err := c.solve(con, problem)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Problem, err)
	}
	return solution.Write(con.out)
}

// open opens a file to read, or standard input when its name is "-".
func (c *console) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.in), nil
	}
	return os.Open(name)
}
