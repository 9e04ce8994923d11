package health

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Of large files one is in memory at a time, small ones wait for nobody, and who waits
// for too long, or goes away, is told so and holds nobody up.
func TestHoldTable(t *testing.T) {
	s := &Service{}
	done, err := s.HoldTable(t.Context(), MaxTable)
	if err != nil {
		t.Fatal(err)
	}
	if small, err := s.HoldTable(t.Context(), largeTable); err != nil {
		t.Errorf("a small file waits: %v", err)
	} else {
		small()
	}
	if _, err := s.largeTables.enter(t.Context(), time.Millisecond); !errors.Is(err, ErrBusy) {
		t.Errorf("a second large file is let in: %v, want that it is busy", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.HoldTable(gone, MaxTable); !errors.Is(err, context.Canceled) {
		t.Errorf("who goes away is told %v", err)
	}
	done()
	if done, err = s.HoldTable(t.Context(), MaxTable); err != nil {
		t.Fatalf("when the first is read the next waits still: %v", err)
	}
	done()
}
