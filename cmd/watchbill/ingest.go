package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"watchbill/api/ingest"
)

type ingestCmd struct {
	Normalize ingestNormalizeCmd `cmd:"" help:"Print what a hook, or a pull of a vendor's API, would make of a payload."`
	CSV       ingestCSVCmd       `cmd:"" help:"Print what an import of a table of incidents would do."`
}

type ingestCSVCmd struct {
	File    string `arg:"" help:"Table of incidents (.csv); - reads standard input."`
	Mapping string `required:"" placeholder:"M.json" help:"What the columns mean: {\"mapping\": {\"external_id\": \"Incident ID\", …}, \"vendor\", \"default_time_zone\", \"date_format\"}."`
	Bad     bool   `help:"Print the rows that would be kept out, with the reason, instead of the report."`
}

// Run prints what an import of a table would do. It exits with 1 when it would keep
// rows out.
func (c *ingestCSVCmd) Run(con *console) error {
	mapping, err := c.mapping(con)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Mapping, err)
	}
	data, err := readAtMost(con, c.File, ingest.MaxCSV)
	if err != nil {
		return err
	}
	for _, name := range ingest.Alike(data, mapping) {
		fmt.Fprintf(con.err, "watchbill: %s: several columns are called %q, of which the first is read\n", c.File, name)
	}
	var report *ingest.Report
	if c.Bad {
		report, err = ingest.WriteBad(con.out, data, mapping)
	} else {
		report, err = ingest.DryRun(data, mapping, nil)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if !c.Bad {
		encoder := json.NewEncoder(con.out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	}
	if err == nil && report.Bad > 0 {
		err = fmt.Errorf("%s: %d of %d rows would be kept out", c.File, report.Bad, report.Rows)
	}
	return err
}

func (c *ingestCSVCmd) mapping(con *console) (ingest.Mapping, error) {
	data, err := readAtMost(con, c.Mapping, payloadLimit)
	if err != nil {
		return ingest.Mapping{}, err
	}
	return ingest.ParseMapping(data)
}

// readAtMost reads a whole file, or standard input.
func readAtMost(con *console, name string, most int64) ([]byte, error) {
	in, err := con.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s: more than %d MiB, which is not taken in", name, most>>20)
	}
	return data, nil
}

type ingestNormalizeCmd struct {
	File   string `arg:"" help:"Payload as the vendor sent it; - reads standard input. A CloudEvent may have its headers above it, and an empty line between."`
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
	body, err := readAtMost(con, c.File, payloadLimit)
	if err != nil {
		return err
	}
	headers := map[string]string(nil)
	if c.Vendor == "cloudevents" {
		headers, body = ingest.SplitMessage(body)
	}
	got := ingest.NormalizeDelivery(c.Vendor, c.Format, headers, body, zone)
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
