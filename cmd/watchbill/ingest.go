package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"watchbill/api/ingest"
)

type ingestCmd struct {
	Normalize ingestNormalizeCmd `cmd:"" help:"Print what a hook, or a pull of a vendor's API, would make of a payload."`
}

type ingestNormalizeCmd struct {
	File   string `arg:"" help:"Payload as the vendor sent it; - reads standard input."`
	Vendor string `required:"" placeholder:"V" help:"Who sent it: ${vendors}."`
	Format string `placeholder:"F" help:"Which of the vendor's formats it has, like pagerduty.webhook.v3; guessed when absent."`
	Zone   string `name:"tz" default:"UTC" placeholder:"ZONE" help:"Zone of times without a zone, like Europe/Berlin (default ${default})."`
}

// payloadLimit is the most that any hook takes in.
const payloadLimit = 4 << 20

// Run prints the record of a payload. One that cannot be read has a record as well,
// which says why; the program then exits with 1.
func (c *ingestNormalizeCmd) Run(con *console) error {
	of, _, _ := strings.Cut(c.Format, ".")
	if !slices.Contains(ingest.Vendors(), c.Vendor) && !slices.Contains(ingest.Vendors(), of) {
		return usageError{fmt.Errorf("--vendor: nothing is known of %q; known are %s", c.Vendor, strings.Join(ingest.Vendors(), ", "))}
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil || c.Zone == "" || c.Zone == "Local" {
		return usageError{fmt.Errorf("--tz: %q is not a time zone; write it like Europe/Berlin", c.Zone)}
	}
	in, err := con.open(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	body, err := io.ReadAll(io.LimitReader(in, payloadLimit+1))
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if len(body) > payloadLimit {
		return fmt.Errorf("%s: more than %d MiB, which no hook takes in", c.File, payloadLimit>>20)
	}
	got := ingest.Normalize(c.Vendor, c.Format, body, zone)
	record, err := got.Record()
	if err != nil {
		return err
	}
	if _, err := con.out.Write(record); err != nil {
		return err
	}
	if got.Disposition == ingest.Invalid {
		return fmt.Errorf("%s: %s: %s", c.File, got.Reason, got.Why)
	}
	return nil
}
