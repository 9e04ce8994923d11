package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"watchbill/schedule/roster"
)

type solveCmd struct {
	Problem          string `arg:"" help:"File with the problem in JSON; - reads standard input."`
	Certificate      string `placeholder:"FILE" help:"Also write the roster with the prices behind its bounds to this file."`
	CheckCertificate string `placeholder:"FILE" help:"Solve nothing: prove the bounds of this certificate of the problem again, and print how far that went."`
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
	if c.CheckCertificate != "" {
		return c.check(con, problem)
	}
	c.prices = c.Certificate != ""
	solution, err := c.solve(con, problem)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Problem, err)
	}
	if err := c.writeCertificate(solution.Certificate); err != nil {
		return err
	}
	return solution.Write(con.out)
}

// writeCertificate writes the certificate when one was asked for.
func (c *solveCmd) writeCertificate(cert *roster.Certificate) error {
	if c.Certificate == "" {
		return nil
	}
	f, err := os.Create(c.Certificate)
	if err != nil {
		return err
	}
	return errors.Join(cert.Write(f), f.Close())
}

// check prints what can be proven again of a certificate, and fails when a step
// does not prove what it says.
func (c *solveCmd) check(con *console, problem *roster.Problem) error {
	f, err := con.open(c.CheckCertificate)
	if err != nil {
		return err
	}
	defer f.Close()
	cert, err := roster.ReadCertificate(f)
	if err != nil {
		return fmt.Errorf("%s: %w", c.CheckCertificate, err)
	}
	checked, err := roster.Verify(problem, cert)
	if err != nil {
		return fmt.Errorf("%s: %w", c.CheckCertificate, err)
	}
	enc := json.NewEncoder(con.out)
	enc.SetIndent("", " ")
	if err := enc.Encode(map[string]any{"instance": cert.Instance, "terms": checked}); err != nil {
		return err
	}
	for _, x := range checked {
		if len(x.Refused) > 0 {
			return fmt.Errorf("%s: %s: %s", c.CheckCertificate, x.Term, x.Refused[0])
		}
	}
	return nil
}

// open opens a file to read, or standard input when its name is "-".
func (c *console) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.in), nil
	}
	return os.Open(name)
}
