package health

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// Of large tables one at a time is in memory: to read one takes several times its size,
// and everybody of a team may look at it.
const (
	largeTable = 4 << 20 // bytes
	tableWait  = 30 * time.Second
)

// A turnstile lets one in at a time.
type turnstile struct {
	once sync.Once
	slot chan struct{}
}

// enter waits for the others, but not for longer than wait: it is ErrBusy then.
func (t *turnstile) enter(ctx context.Context, wait time.Duration) (leave func(), err error) {
	t.once.Do(func() { t.slot = make(chan struct{}, 1) })
	ctx, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("other large files are being read: %w", ErrBusy))
	defer cancel()
	select {
	case t.slot <- struct{}{}:
		return func() { <-t.slot }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// HoldTable waits until a table of so many bytes may be in memory: whoever reads one to
// add it calls done afterwards. It is ErrBusy when others take too long.
func (s *Service) HoldTable(ctx context.Context, size int64) (done func(), err error) {
	if size <= largeTable {
		return func() {}, nil
	}
	return s.largeTables.enter(ctx, tableWait)
}

// tableFile returns the bytes of a table, once they may be in memory; done says that they
// need not any more. It is schedule.ErrNotFound when they are forgotten.
func (s *Service) tableFile(ctx context.Context, t *Table) (file []byte, done func(), err error) {
	if done, err = s.HoldTable(ctx, t.Size); err != nil {
		return nil, nil, err
	}
	if file, err = tableFile(ctx, s.Store, t); err != nil {
		done()
		return nil, nil, err
	}
	return file, done, nil
}

func tableFile(ctx context.Context, store Store, t *Table) ([]byte, error) {
	packed, err := store.TableFile(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("file of table %d: %w", t.ID, err)
	}
	file := make([]byte, t.Size)
	if _, err := io.ReadFull(unpacked, file); err != nil {
		return nil, fmt.Errorf("file of table %d: %w", t.ID, err)
	}
	return file, nil
}

// packTable is how the bytes of a table are kept.
func packTable(file []byte) ([]byte, error) {
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	if _, err := packer.Write(file); err != nil {
		return nil, err
	}
	err := packer.Close()
	return packed.Bytes(), err
}
