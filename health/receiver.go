package health

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"watchbill/schedule"
)

// A Receiver takes deliveries in. It has no opinion of what they say: once the row
// is durable the sender is told so, and somebody else reads it.
type Receiver struct {
	Store Store
	Now   func() time.Time // to the microsecond
	// Rate is how many deliveries an integration may send in a second for long, and
	// Burst how many at once.
	Rate, Burst float64
	// Most is how much may wait to be read before nothing more is taken in.
	Most int
	// Room says whether there is room left to keep what comes in.
	Room func() bool
	// Wake is called after something was taken in; it must not wait.
	Wake func()

	gather gatherer
	mu     sync.Mutex
	known  map[string]knownDoor
	pails  map[schedule.ID]*pail
	counts map[Count]int64 // with N zero
	seen   map[schedule.ID]time.Time
	undone int
	noRoom bool
	wrong  map[schedule.ID]wrongMinute // signatures
	asked  time.Time                   // when undone was counted
}

// NewReceiver returns a receiver with the limits of the service.
func NewReceiver(store Store, now func() time.Time) *Receiver {
	r := &Receiver{Store: store, Now: now, Rate: 50, Burst: 500, Most: 200_000, Room: func() bool { return true }, Wake: func() {}}
	r.gather.write = func(ctx context.Context, all []*Delivery) error { return r.Store.Receive(ctx, all) }
	return r
}

// TokenHash returns what is stored of the token in a hook's address.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// A knownDoor is what is remembered of a token for a moment.
type knownDoor struct {
	door Integration
	err  error
	till time.Time
}

// doorKnown is how long another replica may still take deliveries of a link that was
// renewed or turned off, and doorsKnown how many are remembered.
const (
	doorKnown  = time.Second
	doorsKnown = 10_000
)

// Door finds the integration of a token, which takes deliveries of the vendor. It is
// schedule.ErrNotFound when there is none, or when it is off.
func (r *Receiver) Door(ctx context.Context, vendor, token string) (Integration, error) {
	hash, now := TokenHash(token), r.Now()
	r.mu.Lock()
	k, ok := r.known[hash]
	r.mu.Unlock()
	if !ok || !now.Before(k.till) {
		k = knownDoor{till: now.Add(doorKnown)}
		k.door, k.err = r.Store.IntegrationByToken(ctx, hash)
		if k.err != nil && !errors.Is(k.err, schedule.ErrNotFound) {
			return Integration{}, k.err
		}
		r.mu.Lock()
		if r.known == nil || len(r.known) >= doorsKnown {
			r.known = map[string]knownDoor{}
		}
		r.known[hash] = k
		r.mu.Unlock()
	}
	if k.err != nil {
		return Integration{}, k.err
	}
	if k.door.Vendor != vendor || !k.door.OffAt.IsZero() {
		return Integration{}, fmt.Errorf("integration %d of %s: %w", k.door.ID, k.door.Vendor, schedule.ErrNotFound)
	}
	return k.door, nil
}

// Forget makes the receiver ask again which tokens there are.
func (r *Receiver) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = nil
}

// Take makes a delivery durable; the sender may be told so when it returns nil. It
// is ErrBusy, or the error of the store, when the sender must send it again.
func (r *Receiver) Take(ctx context.Context, d *Delivery) error {
	if !r.within(d.Integration) {
		r.Note(d.Integration, CountTooMany)
		return fmt.Errorf("integration %d sends more than %v in a second: %w", d.Integration, r.Rate, ErrBusy)
	}
	if err := r.full(ctx); err != nil {
		return err
	}
	d.ReceivedAt, d.State = r.Now(), DeliveryNew
	d.NextAt = d.ReceivedAt
	d.name()
	if err := r.gather.add(ctx, d); err != nil {
		return err
	}
	kind := CountTaken
	if d.Again {
		kind = CountAgain
	}
	r.Note(d.Integration, kind)
	r.mu.Lock()
	if r.seen == nil {
		r.seen = map[schedule.ID]time.Time{}
	}
	r.seen[d.Integration] = d.ReceivedAt
	r.mu.Unlock()
	r.Wake()
	return nil
}

// full says whether too much waits to be read, or there is no room to keep more. It
// looks once a second.
func (r *Receiver) full(ctx context.Context) error {
	now := r.Now()
	r.mu.Lock()
	known, noRoom := r.undone, r.noRoom
	ask := now.Sub(r.asked) >= time.Second
	if ask {
		r.asked = now
	}
	r.mu.Unlock()
	if ask {
		n, err := r.Store.Undone(ctx, r.Most)
		known, noRoom = n, !r.Room()
		r.mu.Lock()
		r.undone, r.noRoom = known, noRoom
		if err != nil {
			r.asked = time.Time{}
		}
		r.mu.Unlock()
		if err != nil {
			return err
		}
	}
	switch {
	case noRoom:
		return fmt.Errorf("the disk is nearly full: %w", ErrBusy)
	case known >= r.Most:
		return fmt.Errorf("%d deliveries wait to be read: %w", r.Most, ErrBusy)
	}
	return nil
}

// wrongSignatures is how many deliveries with a wrong signature in a minute are worth a
// word to whoever runs the service.
const wrongSignatures = 20

// wrongMinute counts wrong signatures in a minute.
type wrongMinute struct {
	minute int64
	n      int
}

// Refuse counts a delivery whose signature is missing or wrong. It says once in a
// minute when that happens often.
func (r *Receiver) Refuse(integration schedule.ID) (often bool) {
	r.Note(integration, CountRefused)
	minute := r.Now().Unix() / 60
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wrong == nil || len(r.wrong) > pailsKept {
		r.wrong = map[schedule.ID]wrongMinute{}
	}
	w := r.wrong[integration]
	if w.minute != minute {
		w = wrongMinute{minute: minute}
	}
	w.n++
	r.wrong[integration] = w
	return w.n == wrongSignatures+1
}

// sentAgain is how long the same bytes are the same delivery, where the sender gives
// it no name: later they may be a true repeat.
const sentAgain = 10 * time.Minute

// mostEventName is how long the source and the id of a CloudEvent may be to name a
// delivery.
const mostEventName = 400

// name gives a delivery its key.
func (d *Delivery) name() {
	id := d.Headers["x-webhook-id"]
	for _, standard := range []string{"webhook", "svix"} {
		if id == "" && d.Headers[standard+"-timestamp"] != "" {
			id = d.Headers[standard+"-id"]
		}
	}
	if source, of := d.Headers["ce-source"], d.Headers["ce-id"]; id == "" && source != "" && of != "" && len(source)+len(of) < mostEventName {
		id = source + " " + of // what names a CloudEvent for good; a longer one may have been cut
	}
	if id != "" {
		if len(id) > 100 || !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
			id = TokenHash(id)
		}
		d.Key = "id:" + id
		return
	}
	sum := sha256.Sum256(append(strconv.AppendInt(nil, int64(d.Integration), 10), d.Body...))
	hash := base64.RawURLEncoding.EncodeToString(sum[:18])
	bucket := d.ReceivedAt.Unix() / int64(sentAgain/time.Second)
	d.Key = "b:" + hash + ":" + strconv.FormatInt(bucket, 36)
	d.Before = "b:" + hash + ":" + strconv.FormatInt(bucket-1, 36)
	d.NotSince = d.ReceivedAt.Add(-sentAgain)
}

// Note counts something that happened at an integration.
func (r *Receiver) Note(integration schedule.ID, kind string) {
	c := Count{Integration: integration, Day: schedule.DateOf(r.Now().UTC()), Kind: kind}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[Count]int64{}
	}
	r.counts[c]++
}

// Flush writes down what was counted, which is not worth a write each time. What
// cannot be written is kept for the next time.
func (r *Receiver) Flush(ctx context.Context) error {
	r.mu.Lock()
	counts, seen := r.counts, r.seen
	r.counts, r.seen = nil, nil
	r.mu.Unlock()
	if len(counts) == 0 && len(seen) == 0 {
		return nil
	}
	all := make([]Count, 0, len(counts))
	for c, n := range counts {
		c.N = n
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Count) int { // replicas write the same rows
		return cmp.Or(cmp.Compare(a.Integration, b.Integration), a.Day.Compare(b.Day), cmp.Compare(a.Kind, b.Kind))
	})
	err := r.Store.AddCounts(ctx, all, seen)
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for c, n := range r.counts {
		counts[c] += n
	}
	if counts == nil {
		counts = map[Count]int64{}
	}
	if seen == nil {
		seen = map[schedule.ID]time.Time{}
	}
	maps.Copy(seen, r.seen)
	r.counts, r.seen = counts, seen
	return err
}
