package health

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"watchbill/schedule"
)

// A PulseBox is what is known of an open wave, sealed. Whose a link is, is in one part of
// it; which links were used and what was answered is in the other, in the order of their
// bytes, so that nobody who looks inside sees what came with what, or what came first.
// Both parts are as long when nobody has answered as when everybody has.
type PulseBox struct {
	Key     string // its name
	Links   []byte
	Answers []byte
}

// PulseKeys keep the keys of open waves, apart from the database. A key that was made is
// still there after a power cut; one that was forgotten is nowhere.
type PulseKeys interface {
	MakeKey(ctx context.Context, name string) ([]byte, error)
	Key(ctx context.Context, name string) ([]byte, error) // schedule.ErrNotFound when it is gone
	ForgetKey(ctx context.Context, name string) error
	// Kept returns the names of all keys that lie somewhere, in no order.
	Kept(ctx context.Context) ([]string, error)
}

// PulseKeyBytes is how long a key is.
const PulseKeyBytes = 32

// seal hides bytes under a key; what names the place they are for, so that they open
// nowhere else.
func seal(key []byte, what string, plain []byte) ([]byte, error) {
	gcm, err := sealer(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return gcm.Seal(nonce, nonce, plain, []byte(what)), nil
}

func unseal(key []byte, what string, sealed []byte) ([]byte, error) {
	gcm, err := sealer(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < gcm.NonceSize() {
		return nil, errors.New("what was sealed is cut off")
	}
	nonce, rest := sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():]
	return gcm.Open(nil, nonce, rest, []byte(what))
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// What the parts of a box are sealed as.
const (
	sealedLinks   = "links"
	sealedAnswers = "answers"
)

const (
	hashBytes    = 32
	tokenBytes   = 16
	commentBytes = 4 * MaxPulseComment
)

// pulseAnswers is the part of a box that grows: room for everybody is there from the start.
type pulseAnswers struct {
	room    int // people
	items   int
	used    [][]byte // hashes of links
	replies [][]byte // each as reply makes it
}

// reply is one reply in the form in which it is kept: an answer a byte, then the comment.
// All are as long.
func (p *pulseAnswers) reply(r *PulseReply) []byte {
	b := make([]byte, 0, p.replyBytes())
	for _, a := range r.Answers {
		b = append(b, byte(a))
	}
	share := byte(0)
	if r.Share {
		share = 1
	}
	b = append(b, share)
	b = binary.BigEndian.AppendUint16(b, uint16(len(r.Comment)))
	b = append(b, r.Comment...)
	return append(b, make([]byte, p.replyBytes()-len(b))...)
}

func (p *pulseAnswers) replyBytes() int { return p.items + 3 + commentBytes }

// add takes a reply that came by a link. It is schedule.ErrConflict when the link was used.
func (p *pulseAnswers) add(hash []byte, r *PulseReply) error {
	at, used := slices.BinarySearchFunc(p.used, hash, bytes.Compare)
	if used {
		return errUsed
	}
	if len(p.used) >= p.room {
		return errors.New("more links were used than there are")
	}
	p.used = slices.Insert(p.used, at, hash)
	b := p.reply(r)
	at, _ = slices.BinarySearchFunc(p.replies, b, bytes.Compare)
	p.replies = slices.Insert(p.replies, at, b)
	return nil
}

// errUsed says that a link was used.
var errUsed = fmt.Errorf("this link was used already: %w", schedule.ErrConflict)

func (p *pulseAnswers) has(hash []byte) bool {
	_, used := slices.BinarySearchFunc(p.used, hash, bytes.Compare)
	return used
}

// bytes is all of it, as long as it will ever be.
func (p *pulseAnswers) bytes() []byte {
	b := make([]byte, 0, 4+p.room*(hashBytes+p.replyBytes()))
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.used)))
	for _, h := range p.used {
		b = append(b, h...)
	}
	for _, r := range p.replies {
		b = append(b, r...)
	}
	return append(b, make([]byte, cap(b)-len(b))...)
}

// readAnswers reads what bytes writes.
func readAnswers(w *PulseWave, b []byte) (*pulseAnswers, error) {
	p := &pulseAnswers{room: w.Invited, items: len(w.Questions)}
	bad := errors.New("what was sealed of a wave is not of this wave")
	if len(b) != 4+p.room*(hashBytes+p.replyBytes()) {
		return nil, bad
	}
	n := int(binary.BigEndian.Uint32(b))
	if b = b[4:]; n > p.room {
		return nil, bad
	}
	for range n {
		p.used, b = append(p.used, b[:hashBytes]), b[hashBytes:]
	}
	for range n {
		p.replies, b = append(p.replies, b[:p.replyBytes()]), b[p.replyBytes():]
	}
	return p, nil
}

// all returns the replies, in no order that means anything.
func (p *pulseAnswers) all() ([]PulseReply, error) {
	var out []PulseReply
	for _, b := range p.replies {
		r := PulseReply{Answers: make(PulseAnswers, p.items), Share: b[p.items] == 1}
		for i := range r.Answers {
			r.Answers[i] = int(b[i])
		}
		n := int(binary.BigEndian.Uint16(b[p.items+1:]))
		if n > commentBytes {
			return nil, errors.New("a comment is longer than it can be")
		}
		r.Comment = string(b[p.items+3 : p.items+3+n])
		out = append(out, r)
	}
	return out, nil
}

// linksOf is whose the links of a wave are.
func linksOf(people []schedule.ID, tokens [][]byte) []byte {
	var b []byte
	for i, p := range people {
		b = binary.BigEndian.AppendUint64(b, uint64(p))
		b = append(b, tokens[i]...)
	}
	return b
}

// linkOf finds somebody's.
func linkOf(b []byte, person schedule.ID) ([]byte, bool) {
	for ; len(b) >= 8+tokenBytes; b = b[8+tokenBytes:] {
		if schedule.ID(binary.BigEndian.Uint64(b)) == person {
			return b[8 : 8+tokenBytes], true
		}
	}
	return nil, false
}
