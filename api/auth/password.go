package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the list of passwords
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	minPassword = 12  // characters
	maxPassword = 256 // bytes; nobody types more
)

//go:embed passwords.txt
var passwordList string

var commonPasswords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(passwordList) {
		all[strings.TrimSpace(line)] = true
	}
	return all
})

// CheckPassword says, as an *schedule.InvalidError, what is wrong with a new
// password of somebody with that address and name; nil if nothing is.
func CheckPassword(password, email, name string) error {
	password = norm.NFC.String(password)
	switch {
	case !utf8.ValidString(password):
		return invalid("password", "The password has characters that cannot be read.")
	case utf8.RuneCountInString(password) < minPassword:
		return invalid("password", fmt.Sprintf("The password needs at least %d characters; several words make a good one.", minPassword))
	case len(password) > maxPassword:
		return invalid("password", fmt.Sprintf("The password is longer than %d bytes.", maxPassword))
	}
	low := strings.ToLower(password)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	for _, own := range []string{strings.ToLower(email), local, strings.ToLower(name), strings.ToLower(strings.ReplaceAll(name, " ", ""))} {
		// What is left beside one's own name must be long enough to be worth guessing.
		if len(own) >= 4 && strings.Contains(low, own) && utf8.RuneCountInString(strings.ReplaceAll(low, own, "")) < 8 {
			return invalid("password", "The password is too close to the name or the e-mail address.")
		}
	}
	if common(low) {
		return invalid("password", "This password is one of those that are tried first; choose another, such as four words that have nothing to do with each other.")
	}
	return nil
}

// plain undoes what people do to a word to make it look like a password.
var plain = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// common says whether a password in lower case is on the list, or is something on
// the list with digits and signs around it, or such things in a row.
func common(low string) bool {
	known := commonPasswords()
	seen := map[rune]bool{}
	for _, r := range low {
		seen[r] = true
	}
	if known[low] || len(seen) < 5 || runs(low) {
		return true
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	bare := strings.TrimFunc(low, notLetter)
	if bare == "" || known[bare] || known[plain.Replace(bare)] || known[strings.TrimFunc(plain.Replace(low), notLetter)] {
		return true
	}
	// The same again and again, with or without something at the ends.
	for _, s := range []string{low, bare} {
		for n := 1; n <= len(s)/2; n++ {
			if len(s)%n == 0 && strings.Repeat(s[:n], len(s)/n) == s {
				return true
			}
		}
	}
	// Two of them.
	for n := 4; n <= len(bare)-4; n++ {
		if known[bare[:n]] && known[bare[n:]] && len(bare) < 16 {
			return true
		}
	}
	return false
}

// runs says whether nearly all of a password only counts up, down or stands still.
func runs(low string) bool {
	steps, last := 0, rune(0)
	for i, r := range low {
		if i > 0 && (r-last == 1 || r-last == -1 || r == last) {
			steps++
		}
		last = r
	}
	return steps*4 >= utf8.RuneCountInString(low)*3
}

// Hashing is what a password's hash costs.
type Hashing struct {
	KiB     uint32
	Passes  uint32
	Threads uint8
}

// A hasher hashes a bounded number of passwords at the same time, because each
// takes its memory.
type hasher struct {
	cost  Hashing
	slots chan struct{}
}

func newHasher(cost Hashing, parallel int) *hasher {
	return &hasher{cost, make(chan struct{}, parallel)}
}

func (h *hasher) key(ctx context.Context, password string, salt []byte, cost Hashing, length uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, cost.Passes, cost.KiB, cost.Threads, length), nil
}

// hash returns the text to store for a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	key, err := h.key(ctx, password, salt, h.cost, 32)
	if err != nil {
		return "", err
	}
	return h.text(salt, key), nil
}

func (h *hasher) text(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.KiB, h.cost.Passes, h.cost.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// check says whether a password is the stored one, and whether it should be stored
// anew because the cost has changed. It takes its time also when nothing is stored.
func (h *hasher) check(ctx context.Context, stored, password string) (good, stale bool, err error) {
	if len(password) > 4*maxPassword {
		password = password[:4*maxPassword]
	}
	cost, salt, want, ok := parseHash(stored)
	if !ok {
		cost, salt, want = h.cost, make([]byte, 16), make([]byte, 32)
	}
	key, err := h.key(ctx, password, salt, cost, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	good = subtle.ConstantTimeCompare(key, want) == 1 && ok
	return good, good && cost != h.cost, nil
}

func parseHash(stored string) (cost Hashing, salt, key []byte, ok bool) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.KiB, &cost.Passes, &cost.Threads); err != nil {
		return cost, nil, nil, false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	bounded := cost.KiB >= 8 && cost.KiB <= 1<<20 && cost.Passes >= 1 && cost.Passes <= 100 && cost.Threads >= 1
	return cost, salt, key, err1 == nil && err2 == nil && bounded && len(salt) >= 8 && len(key) >= 16
}
