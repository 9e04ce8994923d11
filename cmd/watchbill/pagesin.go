package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"watchbill/api/fetch"
	"watchbill/api/ingest"
	"watchbill/api/pull"
	"watchbill/api/telemetry"
	"watchbill/health"
	"watchbill/health/healthdb"
	"watchbill/schedule"
)

// takePages puts together what takes pages in.
func (s *server) takePages() {
	store := healthdb.New(s.db.Write, s.db.Read)
	exactly := func() time.Time { return s.now().UTC() }
	s.receiver = health.NewReceiver(store, exactly)
	if file := s.db.File(); file != "" {
		s.receiver.Room = roomFor(file)
	}
	s.wake = make(chan struct{}, 1)
	s.receiver.Wake = func() {
		select {
		case s.wake <- struct{}{}:
		default: // it is about to look anyway
		}
	}
	s.health = &health.Service{Store: store, Now: s.schedule.Now, Receiver: s.receiver, Members: s.membersUntil, TableReader: tableReader{}, Leaves: leaveBook{s.schedule}}
	s.health.Stints = s.schedule.Stints
	s.health.Warnings = deliveryWarnings
	s.health.Usable = func(vendor, secret string) bool { return usableSecret(vendor, secret, s.now()) }
	config := health.DefaultConfig()
	schedules := &burdenSchedules{s.schedule, &config}
	s.health.Rotations = func(ctx context.Context, team schedule.ID) (on, before []schedule.RotationID, err error) {
		if on, before, err = schedules.Rotations(ctx, team, schedule.DateOf(s.schedule.Now())); err != nil {
			return nil, nil, err
		}
		elsewhere, err := s.schedule.Store.ImportedShifts(ctx, team)
		for i := range elsewhere { // duties in another tool, which count before the first plan
			if r := elsewhere[i].Rotation; r != "" && !slices.Contains(on, r) {
				on = append(on, r)
			}
		}
		return on, before, err
	}
	s.rollup = &health.Rollup{Store: store, Schedules: schedules, Config: config, Now: s.schedule.Now}
	s.remover = &health.Remover{Store: store, Rollup: s.rollup, Now: s.schedule.Now}
	s.imagining = &health.Imagining{Rollup: s.rollup, Plan: (&imaginer{*schedules, imagineLimit}).plan, Most: max(1, runtime.GOMAXPROCS(0)/2)}
	s.payroll = &health.Payroll{Store: store, Schedules: schedules, Config: config, Now: s.schedule.Now}
	s.handOvers = &health.HandOvers{Store: store, Now: s.schedule.Now, Turns: s.turns}
	s.schedule.Burdens = s.rollup.ForPlans
	s.reviews = &health.Reviewer{Store: store, Burdens: s.rollup, Schedules: reviewSchedules{s.schedule}, Now: s.schedule.Now}
	s.past = &pull.Client{Fetch: pastFetcher(nil, nil)}
	s.puller = &health.Puller{Store: store, Now: exactly, Step: s.past.Step, Wake: s.receiver.Wake, Pause: betweenRequests}
	s.reader = &health.Worker{Store: store, Now: exactly, Read: readDelivery, OnCall: s.wasOnCall}
	s.tables = &health.TableWorker{Worker: s.reader, Reader: tableReader{}}
}

// pastFetcher asks pagers' APIs, also from networks that are not the public internet.
func pastFetcher(allow []netip.Prefix, tracing *telemetry.Tracing) *fetch.Client {
	return fetch.New(fetch.Options{Agent: "Watchbill (the past of pagers)", MaxBytes: 16 << 20, Allow: allow, Around: tracing.Client})
}

// checkPagerAPIs says what is wrong with addresses of pagers' APIs.
func checkPagerAPIs(addresses map[string]string) error {
	for vendor, address := range addresses {
		if len(health.Regions(vendor)) == 0 {
			return fmt.Errorf("--pager-api: %q has no API that can be asked for the past; those of pagerduty and opsgenie can", vendor)
		}
		at, err := url.Parse(address)
		if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || at.RawQuery != "" || at.Fragment != "" || strings.HasSuffix(address, "/") {
			return fmt.Errorf("--pager-api: %q is no address; write it like opsgenie=https://gateway.example", address)
		}
	}
	return nil
}

// betweenRequests keeps a pager from being asked for its past more than 600 times in a
// minute.
func betweenRequests(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Minute / 600):
	}
}

// readDelivery says what a delivery tells.
func readDelivery(i *health.Integration, d *health.Delivery) ([]health.Event, error) {
	zone, err := time.LoadLocation(i.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of integration %d: %w", i.ID, err)
	}
	format, source := d.Headers[pull.FormatHeader], health.SourceHook
	if format != "" {
		source = health.SourcePull
	}
	result := ingest.NormalizeDelivery(i.Vendor, format, d.Headers, d.Body, zone)
	if result.Disposition == ingest.Invalid {
		if encoding := d.Headers["content-encoding"]; encoding != "" && result.Reason == ingest.InvalidJSON {
			return nil, &health.UnreadableError{Code: "unknown_encoding", Reason: "its bytes are compressed in a way that cannot be read: " + encoding}
		}
		return nil, &health.UnreadableError{Code: result.Reason, Reason: result.Why}
	}
	return result.Received(d.ReceivedAt, int64(d.ID), source), nil
}

// deliveryWarnings says what of a delivery was left out, and what it is good for when it
// tells of no page.
func deliveryWarnings(i *health.Integration, d *health.Delivery) []string {
	zone, err := time.LoadLocation(i.Zone)
	if err != nil || d.Body == nil || d.Headers[health.TestHeader] != "" {
		return nil
	}
	result := ingest.NormalizeDelivery(i.Vendor, d.Headers[pull.FormatHeader], d.Headers, d.Body, zone)
	var words []string
	switch result.Disposition {
	case ingest.NeedsFetch:
		words = append(words, "It names something private: only the vendor’s API tells more.")
	case ingest.Context:
		words = append(words, "It is about something other than a page, so nothing is counted.")
	case ingest.Ignored:
		words = append(words, "It is a test of the line, so nothing is counted.")
	}
	for _, w := range result.Warnings {
		value, _ := health.Redact([]byte(w.Value), 100)
		words = append(words, fmt.Sprintf("%s was left out: “%s” (%s).", w.Field, value, w.Code))
	}
	return words
}

// usableSecret says whether deliveries of a vendor can be checked with a secret.
func usableSecret(vendor, secret string, now time.Time) bool {
	scheme := ingest.SchemeOf(vendor)
	err := ingest.Verify(scheme, ingest.Signed{Header: http.Header{
		"Webhook-Id": {"x"}, "Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)}, "Webhook-Signature": {"v1,AAAA"},
	}}, []string{secret}, now)
	var no *ingest.SignatureError
	return !errors.As(err, &no) || no.Reason != ingest.SecretUnusable
}

// diskShare and diskLeast say when too little room is left to take anything in: less
// than a tenth of the disk and less than a gigabyte.
const (
	diskShare = 10
	diskLeast = 1 << 30
)

// roomFor says whether the disk of a file has room to take deliveries in. Where that
// cannot be known it has.
func roomFor(file string) func() bool {
	return func() bool {
		free, all, err := diskOf(file)
		return err != nil || !nearlyFull(free, all)
	}
}

func nearlyFull(free, all uint64) bool { return free < diskLeast && free*diskShare < all }

// diskOf returns how many bytes are free on the disk of a file, and how many it has.
func diskOf(file string) (free, all uint64, err error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(file), &disk); err != nil {
		return 0, 0, err
	}
	size := uint64(disk.Bsize)
	return disk.Bavail * size, disk.Blocks * size, nil
}

// membersUntil returns the members of a team; whoever has left altogether was there until
// the day before.
func (s *server) membersUntil(ctx context.Context, team schedule.ID) ([]schedule.Membership, error) {
	members, err := s.schedule.Store.Members(ctx, team)
	if err != nil {
		return nil, err
	}
	return s.schedule.UntilLeft(ctx, members)
}

// planned is how far from an instant a plan may be for a gap at that instant to be one.
const planned = 7 * 24 * time.Hour

// wasOnCall says who of a team would have been paged at an instant, by what was known
// then. Without a rotation that is whoever had one that is no backup; of several the
// first by name. Before the first plan it is whoever had the duty in another tool, where
// that was imported.
func (s *server) wasOnCall(ctx context.Context, team schedule.ID, rotation schedule.RotationID, at time.Time) (person schedule.ID, known bool, err error) {
	shifts, err := s.schedule.Shifts(ctx, team, at.Add(-planned), at.Add(planned), at)
	if err != nil {
		return 0, false, err
	}
	duties := schedule.OnCall(shifts, at)
	for _, duty := range duties {
		if !asked(duty.Rotation, rotation) {
			continue
		}
		known = true
		for _, shift := range duty.Now {
			if shift.Person != 0 {
				return shift.Person, true, nil
			}
		}
	}
	if known {
		return 0, true, nil
	}
	elsewhere, err := s.schedule.Store.ImportedShifts(ctx, team)
	if err != nil {
		return 0, false, err
	}
	slices.SortStableFunc(elsewhere, func(a, b schedule.ImportedShift) int { return cmp.Compare(a.Rotation, b.Rotation) })
	for _, x := range elsewhere {
		if asked(x.Rotation, rotation) && !at.Before(x.Start) && at.Before(x.End) {
			return x.Person, true, nil
		}
	}
	return 0, len(duties) > 0, nil // the one that is wanted may be none of those that there are
}

// asked says whether those on a duty are paged where a rotation is wanted, or without
// one where the first is.
func asked(duty, wanted schedule.RotationID) bool {
	return wanted == "" && !second(duty) || wanted == duty && wanted != ""
}

// second says whether those on a duty are called only after others.
func second(rotation schedule.RotationID) bool {
	name := strings.ToLower(string(rotation))
	return slices.ContainsFunc([]string{"second", "backup", "shadow", "tertiary"}, func(word string) bool { return strings.Contains(name, word) })
}

// turns returns who of a team is called first.
func (s *server) turns(ctx context.Context, team schedule.ID, from, to time.Time) ([]health.Turn, error) {
	shifts, err := s.schedule.Shifts(ctx, team, from, to, time.Time{})
	shifts = slices.DeleteFunc(shifts, func(t schedule.Shift) bool { return second(t.Rotation) })
	return health.TurnsOf(shifts), err
}

// readPages reads what came in until the context ends, and measures what it touches:
// whenever something comes, and once a second what waits for another try or was taken in
// by another replica.
func (s *server) readPages(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
		for {
			n, err := s.reader.Work(ctx)
			if err != nil && ctx.Err() == nil {
				s.log.Error("deliveries not read", "error", err)
			}
			if n == 0 || err != nil {
				break
			}
		}
		if _, err := s.rollup.Work(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("burden not measured", "error", err)
		}
	}
}

// keep says for how long what is kept; unless it is said, all is.
func (s *server) keep(k health.Keeping) {
	s.remover.Keep, s.health.Keep, s.leavers.Months = k, k, k.Leavers
}

// forgetDeliveries forgets what was kept long enough.
func forgetDeliveries(ctx context.Context, store health.Store, now time.Time) error {
	if err := store.ForgetBodies(ctx, now.Add(-health.BodiesKept), now.Add(-health.DeadKept)); err != nil {
		return err
	}
	if err := store.ForgetTables(ctx, now.Add(-health.TablesWait), now.Add(-health.BodiesKept)); err != nil {
		return err
	}
	return store.ForgetDeliveries(ctx, now.Add(-health.DeliveriesKept))
}
