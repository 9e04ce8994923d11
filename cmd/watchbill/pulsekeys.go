package main

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"watchbill/health"
	"watchbill/schedule"
)

// fileKeys keeps the keys of open waves and of diaries as files in a folder of their own, so
// that no copy of the database has them, and nothing opens what copies have once a wave is
// closed or a diary deleted.
type fileKeys struct{ dir string }

var _ health.PulseKeys = fileKeys{}

// keysBeside is the folder beside an SQLite file.
func keysBeside(database string) fileKeys { return fileKeys{database + ".keys"} }

func (k fileKeys) path(name string) string { return filepath.Join(k.dir, name+".key") }

// MakeKey implements health.PulseKeys.
func (k fileKeys) MakeKey(_ context.Context, name string) ([]byte, error) {
	key := make([]byte, health.PulseKeyBytes)
	_, _ = rand.Read(key) // never fails
	return key, k.put(name, key)
}

// put keeps a key that is new here.
func (k fileKeys) put(name string, key []byte) error {
	if !keyName.MatchString(name) || len(key) != health.PulseKeyBytes {
		return fmt.Errorf("%q is no name of a key, or has none of %d bytes", name, health.PulseKeyBytes)
	}
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(k.path(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(key)
	return errors.Join(err, file.Sync(), file.Close(), syncFolder(k.dir))
}

// syncFolder makes a name that was added to a folder, or taken out, last.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Key implements health.PulseKeys.
func (k fileKeys) Key(_ context.Context, name string) ([]byte, error) {
	key, err := os.ReadFile(k.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("key %s: %w", name, schedule.ErrNotFound)
	}
	if err == nil && len(key) != health.PulseKeyBytes {
		err = fmt.Errorf("%s is no key", k.path(name))
	}
	return key, err
}

// ForgetKey implements health.PulseKeys.
func (k fileKeys) ForgetKey(_ context.Context, name string) error {
	// What lies under the name is gone even where removing only forgets the name.
	if file, err := os.OpenFile(k.path(name), os.O_WRONLY, 0); err == nil {
		_, err := file.Write(make([]byte, health.PulseKeyBytes))
		if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
			return err
		}
	}
	if err := os.Remove(k.path(name)); errors.Is(err, fs.ErrNotExist) {
		return nil // it was gone
	} else if err != nil {
		return err
	}
	return syncFolder(k.dir)
}

// Kept implements health.PulseKeys. What is no key of ours is nobody's business here.
func (k fileKeys) Kept(context.Context) ([]string, error) {
	files, err := os.ReadDir(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // none was ever made
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".key"); ok && keyName.MatchString(name) {
			names = append(names, name)
		}
	}
	return names, err
}

// keyName is how keys are named.
var keyName = regexp.MustCompile("^[0-9a-f]{32}$")

// secretKeys makes keys from a secret that all replicas were given, and a random name,
// which is forgotten with what it is for. Keys that were made before there was a secret
// are where they were.
type secretKeys struct {
	secret string
	before health.PulseKeys
}

var _ health.PulseKeys = secretKeys{}

// shortestSecret is how many letters of a secret there must be at the least.
const shortestSecret = 32

// MakeKey implements health.PulseKeys.
func (k secretKeys) MakeKey(_ context.Context, name string) ([]byte, error) { return k.make(name) }

func (k secretKeys) make(name string) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(k.secret), []byte(name), "watchbill pulse 1", health.PulseKeyBytes)
}

// Key implements health.PulseKeys.
func (k secretKeys) Key(ctx context.Context, name string) ([]byte, error) {
	if key, err := k.before.Key(ctx, name); !errors.Is(err, schedule.ErrNotFound) {
		return key, err
	}
	return k.make(name)
}

// ForgetKey implements health.PulseKeys. The name goes with what it is for.
func (k secretKeys) ForgetKey(ctx context.Context, name string) error {
	return k.before.ForgetKey(ctx, name)
}

// Kept implements health.PulseKeys. What is made of a secret lies nowhere.
func (k secretKeys) Kept(ctx context.Context) ([]string, error) { return k.before.Kept(ctx) }
