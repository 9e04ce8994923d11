package health

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"watchbill/schedule"
)

// A PulsePool is what is carried, sealed, from waves of which a team is not told all until
// the round of all teams is over. See docs/adr/0026.
type PulsePool struct {
	Round  int
	Key    string // its name
	Sealed []byte
}

const sealedPool = "pool"

// poolItems is how many questions are carried: those that every wave asks.
const poolItems = 8

// pooled is what a pool has inside: how often which step of which question was chosen where
// nothing is told to the team, and the comments that no team sees. Nothing in it is of a
// team, a wave or a person, or has an order.
type pooled struct {
	answers  uint32 // of teams that are told nothing
	steps    [poolItems][bestAnswer]uint32
	silent   uint32   // answers of teams that see no comments, with those above
	room     uint32   // comments
	comments [][]byte // each as long, sorted
}

const poolHead = 4 + 4*poolItems*bestAnswer + 4 + 4 + 4

// bytes is all of it, as long as its room is, whatever was said.
func (p *pooled) bytes() []byte {
	b := make([]byte, 0, poolHead+int(p.room)*(2+commentBytes))
	b = binary.BigEndian.AppendUint32(b, p.answers)
	for i := range p.steps {
		for _, n := range p.steps[i] {
			b = binary.BigEndian.AppendUint32(b, n)
		}
	}
	for _, n := range []uint32{p.silent, p.room, uint32(len(p.comments))} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	for _, c := range p.comments {
		b = append(b, c...)
	}
	return append(b, make([]byte, cap(b)-len(b))...)
}

// readPool reads what bytes writes.
func readPool(b []byte) (*pooled, error) {
	bad := errors.New("what was sealed of a round is not of one")
	if len(b) < poolHead {
		return nil, bad
	}
	next := func() uint32 {
		n := binary.BigEndian.Uint32(b)
		b = b[4:]
		return n
	}
	p := &pooled{answers: next()}
	for i := range p.steps {
		for j := range p.steps[i] {
			p.steps[i][j] = next()
		}
	}
	p.silent, p.room = next(), next()
	n := next()
	if n > p.room || len(b) != int(p.room)*(2+commentBytes) {
		return nil, bad
	}
	for range n {
		p.comments, b = append(p.comments, b[:2+commentBytes]), b[2+commentBytes:]
	}
	return p, nil
}

// add takes what a team is not told of a wave: doc is what it is told.
func (p *pooled) add(w *PulseWave, replies []PulseReply, doc *PulseDoc) {
	p.silent += uint32(len(replies))
	p.room += uint32(min(w.Invited, w.LeastSaid-1)) // more have not answered
	if !doc.Published {
		p.answers += uint32(len(replies))
	}
	for i := range replies {
		r := &replies[i]
		if !doc.Published {
			for q, a := range r.Answers[:poolItems] {
				if a > 0 {
					p.steps[q][a-1]++
				}
			}
		}
		if r.Comment == "" || doc.Published && r.Share {
			continue // the team has it
		}
		c := binary.BigEndian.AppendUint16(make([]byte, 0, 2+commentBytes), uint16(len(r.Comment)))
		c = append(c, r.Comment...)
		p.comments = append(p.comments, append(c, make([]byte, 2+commentBytes-len(c))...))
	}
	slices.SortFunc(p.comments, bytes.Compare)
}

// said are the comments.
func (p *pooled) said() []string {
	var out []string
	for _, c := range p.comments {
		n := min(int(binary.BigEndian.Uint16(c)), commentBytes)
		out = append(out, string(c[2:2+n]))
	}
	return out
}

// ensurePool makes the pool of a round, and its key, unless it is there.
func (p *Pulse) ensurePool(ctx context.Context, round int) error {
	if _, err := p.Store.Pool(ctx, round); !errors.Is(err, schedule.ErrNotFound) {
		return err
	}
	pool := &PulsePool{Round: round, Key: newKeyName()}
	key, err := p.Keys.MakeKey(ctx, pool.Key)
	if err != nil {
		return fmt.Errorf("key of a round: %w", err)
	}
	added := false
	if pool.Sealed, err = seal(key, sealedPool, new(pooled).bytes()); err == nil {
		added, err = p.Store.AddPool(ctx, pool)
	}
	if err != nil || !added { // somebody else was faster
		return errors.Join(err, p.Keys.ForgetKey(ctx, pool.Key))
	}
	return nil
}

// poolKey returns the key of a round's pool; nil where there is none, or no pool any more.
func (p *Pulse) poolKey(ctx context.Context, round int) (name string, key []byte, err error) {
	pool, err := p.Store.Pool(ctx, round)
	if err == nil {
		key, err = p.Keys.Key(ctx, pool.Key)
	}
	if errors.Is(err, schedule.ErrNotFound) {
		return pool.Key, nil, nil
	}
	return pool.Key, key, err
}

// passUp carries what a team is not told of a wave to the round, in the transaction that
// closes the wave. Of each team the first wave of a round counts. Where the pool cannot be
// opened nothing is carried, and the round will say so.
func passUp(ctx context.Context, tx Store, w *PulseWave, replies []PulseReply, doc *PulseDoc, key []byte) error {
	if w.Round == 0 || key == nil || doc.Said == "" || doc.Reason == PulseOverlapping {
		return nil
	}
	waves, err := tx.Waves(ctx, w.Team)
	if err != nil {
		return err
	}
	for i := range waves {
		if waves[i].Round == w.Round && waves[i].Number < w.Number {
			return nil
		}
	}
	pool, err := tx.Pool(ctx, w.Round)
	if errors.Is(err, schedule.ErrNotFound) {
		return nil // the round is over
	} else if err != nil {
		return err
	}
	in, err := openPool(&pool, key)
	if err != nil {
		return nil //nolint:nilerr // what cannot be opened is lost, and keeps no team from its result
	}
	in.add(w, replies, doc)
	if pool.Sealed, err = seal(key, sealedPool, in.bytes()); err != nil {
		return err
	}
	return tx.SavePool(ctx, &pool)
}

func openPool(pool *PulsePool, key []byte) (*pooled, error) {
	plain, err := unseal(key, sealedPool, pool.Sealed)
	if err != nil {
		return nil, fmt.Errorf("pool of round %d: %w", pool.Round, err)
	}
	return readPool(plain)
}
